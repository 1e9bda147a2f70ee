// The dial on the home page: class shares of a long-tailed set by strength.

const counts = [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50];
const total = counts.reduce((a, b) => a + b);
const widest = counts[0] / total; // the longest bar at any strength up to 1.5

function shares(strength) {
  const powers = counts.map((n) => n ** (1 - strength));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

function inWords(strength) {
  if (strength === 0) return "The data's own distribution.";
  if (strength === 0.5) return "Square-root sampling: shares go by the square roots of the class sizes.";
  if (strength < 1) return "Between the data's own distribution and equal classes.";
  if (strength === 1) return "All classes equally often.";
  return "Rare classes outnumber common ones.";
}

function times(strength) {
  if (strength === 0) return "as often as";
  const ratio = (counts[0] / counts[counts.length - 1]) ** strength;
  return `${ratio.toFixed(ratio < 10 ? 1 : 0)} times as often as`;
}

function show(dial, strength) {
  const now = shares(strength);
  dial.querySelectorAll(".dial-row").forEach((row, i) => {
    row.querySelector(".dial-bar").style.width = `${(100 * now[i]) / widest}%`;
    row.querySelector(".dial-share").textContent = `${(100 * now[i]).toFixed(1)}%`;
  });
  dial.querySelector("output").textContent = strength.toFixed(2);
  dial.querySelector(".dial-words").textContent =
    `${inWords(strength)} A row of the rarest class is drawn ${times(strength)} one of the most common.`;
}

function build(dial) {
  const rows = dial.querySelector(".dial-rows");
  counts.forEach((n) => {
    const row = document.createElement("div");
    row.className = "dial-row";
    row.innerHTML =
      `<span class="dial-count">${n.toLocaleString("en")} rows</span>` +
      `<span class="dial-track"><span class="dial-own" style="width: ${(100 * n) / total / widest}%"></span>` +
      '<span class="dial-bar"></span></span><span class="dial-share"></span>';
    rows.append(row);
  });
  const slider = dial.querySelector("input");
  slider.addEventListener("input", () => show(dial, slider.valueAsNumber));
  show(dial, slider.valueAsNumber);
  dial.hidden = false;
}

const dial = document.getElementById("dial");
if (dial) build(dial);

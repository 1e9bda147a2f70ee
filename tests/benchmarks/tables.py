"""Tables in Markdown, as the other scripts here print them."""


def print_table(title, head, rows):
    """Print the rows, lists of texts, under a head. The first column is aligned to the left."""
    print(f"\n{title}\n\n| {' | '.join(head)} |\n| --- |{' ---: |' * (len(head) - 1)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")

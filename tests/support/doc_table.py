"""The tables in docs that commands make: one row is put in, the others stay."""
END = "<!-- end -->"


def put_row(path, begin, new, key=None):
    """Puts the row, a list of cells whose first is its name, into the table between `begin` and END; sorted by `key`."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    head, rest = text.split(begin)
    table, tail = rest.split(END)
    lines = table.strip().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    rows = sorted([each for each in rows if each[0] != new[0]] + [new], key=key)
    body = "\n".join([*lines[:2], *("| " + " | ".join(each) + " |" for each in rows)])
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{head}{begin}\n{body}\n{END}{tail}")

"""The tables in docs that commands make: one row is put in, the others stay."""
END = "<!-- end -->"


def parts(path, begin):
    """What stands before the table that `begin` opens, its lines, and what stands behind it."""
    with open(path, encoding="utf-8") as file:
        head, rest = file.read().split(begin)
    table, tail = rest.split(END, 1)
    return head, table.strip().splitlines(), tail


def get_rows(path, begin):
    """The table's rows, each a list of cells."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in parts(path, begin)[1][2:]]


def put_rows(path, begin, rows):
    """Puts these rows in place of the table's; its head stays."""
    head, lines, tail = parts(path, begin)
    body = "\n".join([*lines[:2], *("| " + " | ".join(each) + " |" for each in rows)])
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{head}{begin}\n{body}\n{END}{tail}")


def put_row(path, begin, new, key=None):
    """Puts the row, whose first cell is its name, into the table between `begin` and END; sorted by `key`."""
    others = [each for each in get_rows(path, begin) if each[0] != new[0]]
    put_rows(path, begin, sorted([*others, new], key=key))

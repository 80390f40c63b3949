"""The verdicts of a report's lines: met, missed, or explained by explained.toml; and the machine's noise."""
import os
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
EXPLAINED = os.path.join(HERE, "explained.toml")
AT_MOST = "at most"


class Malformed(Exception):
    """explained.toml says something that no explanation is."""


def check_explanation(name, said):
    """`limit` is a number, `where` and `tried` are sentences, and there is nothing else."""
    if not isinstance(said, dict):
        raise Malformed(f"{name}: a table with limit, where and tried is wanted")
    for key in said:
        if key not in ("limit", "where", "tried"):
            raise Malformed(f"{name}: unknown key {key}; there are limit, where and tried")
    limit = said.get("limit")
    if isinstance(limit, bool) or not isinstance(limit, (int, float)) or not 0 < limit < float("inf"):
        raise Malformed(f"{name}: limit is to be a number above 0: how far the line may miss its bar")
    for key, meaning in (("where", "where the time goes"), ("tried", "what was tried against it")):
        if not isinstance(said.get(key), str) or not said[key].strip():
            raise Malformed(f"{name}: {key} is to be a text: {meaning}")


def load_explanations(path=EXPLAINED):
    """Name of a line -> its explanation. Raises Malformed with a message for people."""
    try:
        with open(path, "rb") as file:
            explained = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Malformed(f"{path}: {error}") from error
    for name, said in explained.items():
        try:
            check_explanation(name, said)
        except Malformed as error:
            raise Malformed(f"{path}: {error}") from error
    return explained


def is_within(value, limit, sense):
    return value <= limit if sense == AT_MOST else value >= limit


def drop_unmeasured(line):
    """A moment of --quick on a busy machine may be too short for a figure, which is null then: it goes, and with the ratio the
    bar, which is neither met nor missed. \\return whether the line has lost its bar."""
    lost = None in line.get("ratio", []) or line.get("ours", 0) is None
    for key in ("ratio", "null"):
        if None in line.get(key, []):
            del line[key]
    if not lost or "bar" not in line:
        return False
    del line["bar"], line["sense"]
    line["verdict"] = "not measured"
    return True


def judge(line, explained):
    """Adds the verdict; an explanation with its limit where the bar is missed, but not by more than that.
    Returns what is wrong with the explanation, if anything: a figure that was measured is shown all the same."""
    if "bar" not in line:
        return None
    value = line["ratio"][1] if "ratio" in line else line["ours"]
    met = is_within(value, line["bar"], line["sense"])
    line["verdict"] = "met" if met else "missed"
    what = f"{line['group']}: {line['what']}"
    said = explained.get(f"{what} / {line.get('other_name')}") or explained.get(what)
    if not said:
        return None
    limit = said["limit"]
    if is_within(limit, line["bar"], line["sense"]):
        return f"explained.toml: {what}: its limit, {limit:g}, is no miss of the bar, {line['sense']} {line['bar']:g}"
    line["limit"] = limit
    if not met and is_within(value, limit, line["sense"]):
        line["verdict"] = "explained"
        line["explanation"] = f"{said['where']} Tried: {said['tried']}"
    return None


def noise_of(lines):
    """Of each group, the outermost quartiles of the yardstick against itself, and of how many lines."""
    noise = {}
    for line in lines:
        if "null" not in line:
            continue
        low, _, high = line["null"]
        group = noise.setdefault(line["group"], {"low": low, "high": high, "lines": 0})
        group["low"] = min(group["low"], low)
        group["high"] = max(group["high"], high)
        group["lines"] += 1
    return noise


def summary(lines):
    counts = {}
    for line in lines:
        if "verdict" in line:
            counts[line["verdict"]] = counts.get(line["verdict"], 0) + 1
    parts = [f"{counts[each]} {each}" for each in ("met", "missed", "explained", "not measured") if each in counts]
    return "bars: " + (", ".join(parts) if parts else "none")

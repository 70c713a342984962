"""Preview and deploy through this program beside plain `pulumi`, on one cluster."""

from bench.parts import Ours, Parts, Plain
from bench.ratios import Pairs, note, print_rows

FIRST, SECOND = "0.2.0", "0.2.1"
KINDS = ("preview", "up")


def warm_up(parts: Parts) -> None:
    """Deploy the first version by both: stacks, caches and bytecode are there afterwards."""
    version = next(parts.versions)
    for side in (parts.ours, parts.plain):
        side.configure(version)
        side.seconds("up", version)
        parts.check(side, version)


def measure(parts: Parts, rounds: int) -> bool:
    """Print the table of operations; return whether no start of the CLI is spent twice."""
    good = _count_starts(parts)
    taken: dict[str, tuple[list[float], list[float]]] = {kind: ([], []) for kind in KINDS}
    for _ in range(rounds):
        version = next(parts.versions)
        parts.plain.configure(version)
        for kind in KINDS:
            for side, seconds in zip((parts.ours, parts.plain), taken[kind], strict=True):
                seconds.append(side.seconds(kind, version))
        for side in (parts.ours, parts.plain):
            parts.check(side, version)
    print_rows(
        "philotes-tui",
        "plain pulumi",
        [Pairs(f"{kind}, {FIRST} ⇄ {SECOND}", "s", *taken[kind]) for kind in KINDS],
    )
    return good


def _count_starts(parts: Parts) -> bool:
    """Tell what is started, with a `pulumi` on PATH that writes each start down."""
    good = True
    version = next(parts.versions)
    parts.plain.configure(version)
    ours, plain = parts.ours.counted(parts.counting), parts.plain.counted(parts.counting)
    for kind in KINDS:
        for name, side in (("A", ours), ("B", plain)):
            starts, probes = _starts(parts, side, kind, version)
            good = good and len(starts) == 1
            said = f"{kind}, {name}: {len(starts)} start of the CLI ({', '.join(starts)})"
            note(f"{said}, {probes} of `pulumi version`")
    for side in (ours, plain):
        parts.check(side, version)
    note("`pulumi version` is asked once per file; of a script, as the one that counts is, always.")
    return good


def _starts(parts: Parts, side: Ours | Plain, kind: str, version: str) -> tuple[list[str], int]:
    """Return the verbs that were started, and how often the version was asked."""
    parts.starts.write_text("")
    side.seconds(kind, version)
    lines = parts.starts.read_text().splitlines()
    words = [[word for word in line.split() if not word.startswith("-")] for line in lines]
    verbs = [each[0] for each in words if each]
    return [verb for verb in verbs if verb != "version"], verbs.count("version")

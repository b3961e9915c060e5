"""Everything that a store holds, as one number for each table that does not depend on how rows lie in parts: two stores with equal
numbers have equal packets, tuples, rollups, windows, events and attacks."""
import csv
import io

ROWS = ["packets", "packets6"]
SUMS = ["tuples", "tuples6", "port_minute", "source_hour", "source6_hour", "source_day", "source6_day", "destination_day"]
STATES = ["port_hour", "port_day", "place_hour", "place_day", "tag_hour", "tag_day"]
FOUND = ["windows", "events", "attacks"]


def question(without=()):
    """`without`: tables that are left out."""
    inner = {table: f"select * from {table}" for table in ROWS}
    inner |= {table: f"select * except (packets, bytes), sum({table}.packets), sum({table}.bytes) from {table} group by all"
              for table in SUMS}
    inner |= {table: "select * except (packets, bytes, sources), sumMerge(packets), sumMerge(bytes), uniqCombinedMerge(sources) "
              f"from {table} group by all" for table in STATES}
    inner |= {table: f"select * except (generation) from {table} final" for table in FOUND}
    inner["ledger"] = "select sensor, epoch, sequence, argMax(digest, packets + packets6), max(packets), max(packets6) from ledger " \
                      "group by sensor, epoch, sequence"
    return " union all ".join(f"select '{table}' as name, count() as rows, sum(cityHash64(*)) as sum from ({sql})"
                              for table, sql in inner.items() if table not in without)


def contents(answer):
    """The answer of `question` as CSV: {table: (rows, sum)}."""
    rows = list(csv.reader(io.StringIO(answer)))[1:]
    return {name: (int(count), int(total)) for name, count, total in rows}

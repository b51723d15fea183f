"""New lesions and words of change once more: slow, lesion by lesion, for the slow reading of iRECIST."""

from dataclasses import dataclass

from generative.response_reference import Lesion, settle_new


@dataclass
class NewLesions:
    """What the new lesions show at one visit."""

    seen: bool = False
    missing: bool = False
    appeared: bool = False
    joined: bool = False
    rose: bool = False
    worse: bool = False
    fell: bool = False
    total: int | None = None
    measured: int | None = None


@dataclass
class Course:
    """One new lesion, from its first appearance on."""

    name: str
    first: int
    records: dict[int, Lesion]
    node: bool
    organ: str

    def evaluated(self, visit: int) -> bool:
        return visit in self.records and self.records[visit]["LSSTATE"] != "NOT_EVALUATED"

    def length(self, visit: int) -> int | None:
        return self.records[visit]["LSTENTH"] if self.evaluated(visit) else None

    def join(self) -> int | None:
        visits = [
            visit for visit in sorted(self.records) if visit >= self.first and (self.length(visit) or 0) > 0
        ]
        return visits[0] if visits else None

    def starting_length(self) -> int:
        join = self.join()
        return 0 if join is None else self.length(join) or 0

    def is_here(self, visit: int) -> bool:
        length = self.length(visit)
        if self.records[visit]["LSSTATE"] in ("ABSENT", "MERGED") or length == 0:
            return False
        normal = self.node and length is not None and length < 100 and self.starting_length() >= 100
        return not normal

    def last_evaluation(self, before: int) -> int | None:
        visits = [visit for visit in self.records if self.first <= visit < before and self.evaluated(visit)]
        return max(visits) if visits else None

    def was_here(self, before: int) -> bool:
        last = self.last_evaluation(before)
        return last is not None and self.is_here(last)


def list_courses(rows: list[Lesion]) -> list[Course]:
    """The new lesions that are established."""
    courses = []
    for name in sorted({row["TULNKID"] for row in rows if row["LSROLE"] == "NEW"}):
        records = [row for row in rows if row["TULNKID"] == name]
        first, _ = settle_new(records)
        if first is not None:
            organ = (
                "NODE" if records[0]["LSNODE"] else next((r["LSLOC"] for r in records if r["LSLOC"]), name)
            )
            by_visit = {row["AVISITN"]: row for row in records}
            courses.append(Course(name, first, by_visit, records[0]["LSNODE"], organ))
    return courses


def choose_measured(courses: list[Course]) -> set[str]:
    """Five in all, two in an organ, large enough when first measured; first come, larger first."""
    chosen: list[Course] = []
    large = [c for c in courses if c.starting_length() >= (150 if c.node else 100)]
    for course in sorted(large, key=lambda c: (c.join(), -c.starting_length(), c.name)):
        if len(chosen) < 5 and sum(other.organ == course.organ for other in chosen) < 2:
            chosen.append(course)
    return {course.name for course in chosen}


def look_at_new(courses: list[Course], measured_on: set[str], visit: int) -> NewLesions:
    """The new lesions at one visit."""
    found, lengths = NewLesions(), []
    for course in courses:
        if visit < course.first:
            continue
        if not course.evaluated(visit):
            found.missing |= course.was_here(visit)
            here = appeared = False
        else:
            here = course.is_here(visit)
            appeared = here and not course.was_here(visit)
        found.seen |= here
        found.appeared |= appeared
        join = course.join()
        is_nlt = course.name in measured_on and join is not None and visit >= join
        length = course.length(visit)
        found.joined |= course.name in measured_on and (visit == join or appeared)
        if is_nlt:
            lengths.append(length)
        if here and not (is_nlt and length is not None):
            said = course.records[visit]["LSCHANGE"]
            earlier = [course.length(v) for v in sorted(course.records) if course.first <= v < visit]
            known = [value for value in earlier if value is not None]
            by_length = (
                said is None
                and length is not None
                and bool(known)
                and length >= 1.2 * known[-1] - 1e-6
                and length - known[-1] >= 50
            )
            unequivocal = (
                visit > course.first and course.records[visit]["LSSTATE"] == "UNEQUIVOCAL_PROGRESSION"
            )
            found.worse |= unequivocal or by_length
            found.rose |= unequivocal or by_length or said == "INCREASED"
            found.fell |= said == "DECREASED"
    if lengths:
        found.measured = sum(length for length in lengths if length is not None)
        found.total = None if None in lengths else found.measured
    return found


def non_target_words(rows: list[Lesion], visit: int) -> tuple[bool, bool]:
    """Whether a non-target has grown, and whether one has shrunk, since it was last evaluated."""
    rose = fell = False
    for row in rows:
        if row["LSROLE"] != "NON-TARGET" or row["AVISITN"] != visit or row["LSSTATE"] == "NOT_EVALUATED":
            continue
        rose |= row["LSCHANGE"] == "INCREASED"
        fell |= row["LSCHANGE"] == "DECREASED"
        earlier = [
            other
            for other in rows
            if other["TULNKID"] == row["TULNKID"]
            and other["AVISITN"] < visit
            and other["LSSTATE"] != "NOT_EVALUATED"
        ]
        before = max(earlier, key=lambda other: other["AVISITN"], default=None)
        worse_before = before is not None and before["LSSTATE"] == "UNEQUIVOCAL_PROGRESSION"
        rose |= row["LSSTATE"] == "UNEQUIVOCAL_PROGRESSION" and not worse_before
    return rose, fell

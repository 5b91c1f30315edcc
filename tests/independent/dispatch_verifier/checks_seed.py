"""11, checks C: the seed and its sources."""
from .primitives import H, Refused, need_ascending, refuse_if, show, unix
from .pulse import need_pulse, round_at, round_time, seed_of


class SeedChecks:
    """C"""

    def C01(self):
        planned = [s["kind"] for s in self.plan["seed"]]
        given = [s["kind"] for s in self.disclosure["sources"]]
        refuse_if(planned != given, f"disclosed {', '.join(given) or 'nothing'}; planned {', '.join(planned)}")
        self.seed = seed_of(self.plan, self.commitment, self.disclosure)
        self.subject_key = H("dispatch/v1/subject-key", self.seed)
        return f"{', '.join(given)}; seed {self.seed.hex()}"

    def due_round(self):
        return round_at(unix(self.plan["schedule"]["draw_time"]))

    def sources(self, kind):
        return [(s, d) for s, d in zip(self.plan["seed"], self.disclosure["sources"]) if s["kind"] == kind]

    def C02(self):
        due = self.due_round() if any(s["kind"] == "drand" for s in self.plan["seed"]) else 0
        refuse_if(self.a["round"] != due, f"announced round {self.a['round']}, by the draw time it is {due}")
        return f"round {due}"

    def C03(self):
        for _, given in self.sources("drand"):
            if given["round"] != self.due_round():
                raise Refused(f"disclosed round {given['round']}, by the draw time it is {self.due_round()}")
            need_pulse(given["round"], given["signature"])
            return f"the signature of round {given['round']} verifies"
        return "no drand source"

    def C04(self):
        for source, given in self.sources("public-numbers"):
            values, name = given["values"], show(source["name"])
            refuse_if(len(values) != source["count"], f"{name}: {len(values)} numbers, not {source['count']}")
            refuse_if(any(not source["from"] <= v <= source["to"] for v in values), f"{name}: a number out of range")
            if source["shape"] == "set":
                need_ascending(values, name)
        return f"{len(self.sources('public-numbers'))} sources of public numbers"

    def C05(self):
        for source, given in self.sources("contribution"):
            value = bytes.fromhex(given["value"])
            if H("dispatch/v1/contribution", self.plan["draw"], source["body"], value).hex() != source["hash"]:
                raise Refused(f"the contribution of {show(source['body'])} does not open its hash")
        return f"{len(self.sources('contribution'))} contributions"

    def C06(self):
        for pulse in self.a["recent_pulse"]:
            late = round_time(pulse["round"]) > unix(self.plan["schedule"]["draw_time"])
            refuse_if(late and not self.a["replay"], f"round {pulse['round']} is later than the draw")
            need_pulse(pulse["round"], pulse["signature"])
            return f"the signature of round {pulse['round']} verifies"
        return "no recent pulse"

"""Law and process in words: which forms are possible, and the way from intention to start."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analysis.loaders.law import FORMS
from analysis.text import swedish
from analysis.text.investigation.words import service
from analysis.views.investigation.dossier import View

TOPICS = {
    "possible": "Är formen möjlig?",
    "decides": "Vem beslutar?",
    "steers": "Vem styr?",
    "employs": "Vem är arbetsgivare?",
    "pays": "Hur delas kostnader?",
    "leaves": "Hur lämnar man?",
    "debts": "Vem svarar för skulder?",
    "limits": "Vad begränsar?",
    "prevails": "Vad går före?",
    "procurement": "Behöver det upphandlas?",
    "staff": "Vad gäller personalen?",
}
CAVEAT = (
    "Reglerna är återgivna i egna ord. Varje rad anger lagrum, vilken text som lästes och "
    "när. Det som inte har kunnat läsas är utelämnat: en fråga utan rad kan ändå ha en "
    "regel. Läs den gällande lydelsen före beslut."
)
RISKS = (
    "Nyckelpersoner slutar före starten",
    "Systembyte eller dataöverföring tar längre tid",
    "Avtal löper vidare och ger dubbla kostnader",
    "En medlem väljer att inte vara med, eller lämnar",
    "Kostnaderna blir högre än antaget",
    "Invånarna får längre väg eller sämre service",
    "Insyn och politisk styrning försvagas",
    "Personuppgifter behandlas utan klart ansvar",
)


@dataclass(frozen=True)
class Step:
    """One step of the process: what, who decides, and where the rule stands ("" for practice)."""

    what: str
    who: str
    rule: str = ""


_FORMED = {
    "kommunalforbund": (
        Step(
            "Förbundsordning tas fram: ändamål, säte, andelar, kostnader, utträde",
            "styrgruppen",
            "kommunallagen 9 kap. 6 §",
        ),
        Step("Förbundsordningen antas", "varje fullmäktige", "kommunallagen 9 kap. 1 §"),
        Step("Ledamöter och revisorer väljs", "varje fullmäktige", "kommunallagen 9 kap. 3 §"),
    ),
    "gemensam-namnd": (
        Step(
            "Överenskommelse tas fram: uppgifter, kostnader, utträde",
            "styrgruppen",
            "kommunallagen 9 kap. 22 §",
        ),
        Step(
            "Gemensam nämnd och reglemente antas",
            "varje fullmäktige",
            "kommunallagen 9 kap. 19 och 33 §§",
        ),
        Step("Budget upprättas efter samråd", "värdkommunen", "kommunallagen 9 kap. 26 §"),
    ),
    "avtal": (
        Step(
            "Avtal tas fram: uppgift, pris, uppföljning, uppsägning; prövas mot LOU",
            "styrgruppen",
            "kommunallagen 9 kap. 37 §; LOU 3 kap. 11–18 §§",
        ),
        Step(
            "Avtalet ingås och delegeringen ordnas",
            "varje fullmäktige eller nämnd",
            "kommunallagen 9 kap. 37 § och 6 kap. 38 §",
        ),
        Step(
            "Avtalssamverkan rapporteras varje år",
            "styrelsen till fullmäktige",
            "kommunallagen 9 kap. 38 §",
        ),
    ),
    "bolag": (
        Step(
            "Ändamål, bolagsordning och insyn beslutas",
            "varje fullmäktige",
            "kommunallagen 10 kap. 3–4 §§",
        ),
    ),
}


def steps(view: View) -> list[Step]:
    """The steps from letter of intent to follow-up, with those of the forms that are compared."""
    forms = dict.fromkeys(other.form for other in view.question.alternatives if other.form)
    chosen = [step for form in FORMS if form in forms for step in _FORMED.get(form, ())]
    return [
        Step("Avsiktsförklaring och utredningsdirektiv", "varje kommunstyrelse"),
        Step("Styrgrupp med opposition, projektgrupp och tidplan", "kommunstyrelserna"),
        Step(
            "Fackliga organisationer informeras och förhandlingar hålls före beslut",
            "varje kommun som arbetsgivare",
            "medbestämmandelagen 11 §",
        ),
        Step("Uppsägningstider i dagens organ och avtal gås igenom", "projektgruppen"),
        *chosen,
        Step(
            "Personalen: övergång av verksamhet prövas",
            "arbetsgivarna",
            "lagen om anställningsskydd 6 b §",
        ),
        Step("System och tjänster upphandlas eller avropas", "den som blir huvudman"),
        Step("Register, arkiv och personuppgiftsansvar ordnas", "den som blir huvudman"),
        Step("Start", "det nya organet"),
        Step("Uppföljning mot baslinjen, första gången efter ett år", "varje fullmäktige"),
    ]


def short_law(law: str) -> str:
    """A law without its number.

    >>> short_law("lagen (1982:80) om anställningsskydd"), short_law("kommunallagen (2017:725)")
    ('lagen om anställningsskydd', 'kommunallagen')
    """
    return re.sub(r" \(\d+:\d+\)", "", law)


def law_intro(view: View) -> list[str]:
    """Which forms are barred for each service by the rules that were read."""
    found = [CAVEAT]
    for key in view.question.services:
        barred = [
            view.sharing.form_names[form] for form in FORMS if view.possible(key, form) == "no"
        ]
        if barred:
            found.append(
                f"För {service(view, key)} är {swedish.listed(barred)} inte möjligt "
                "enligt de regler som lästes."
            )
    return found


def read_where(view: View) -> str:
    """Where the rules of the table were read, as a list of links."""
    pairs = {
        (row["law"], row["url"]): row["edition"]
        for table in view.law.values()
        for row in table.to_dict("records")
    }
    return "\n".join(
        f"- [{law}, text av {edition}](<{url}>)" for (law, url), edition in sorted(pairs.items())
    )

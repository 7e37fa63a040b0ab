"""What a report says of itself: what may be done, how sure each part is, terms and methods.

The words follow the definitions of the domain; each caveat is said once, here.
"""

from __future__ import annotations

WAYS = """# Möjliga vägar

Samverkan kan ta olika juridisk form. Formen avgör vem som är arbetsgivare, vem som beslutar och \
hur en kommun kan lämna samarbetet."""

BUILT = """## Prövat i egna underlag

De här underlagen är gjorda för kommuner i regionen."""

COMMANDS = """# Pröva en väg

Ett scenario prövar en tjänst. En utredning jämför flera vägar med kommunernas egna siffror. \
Utredaren gör dem så här och bygger sedan rapporten på nytt:

- samverkan scenario --service vaxel --members {codes}

- samverkan investigation new vaxel-tillsammans --members {codes} --service vaxel"""

FORMS = (
    (
        "Kommunalförbund",
        "En egen juridisk person som tar över uppgifter, även myndighetsutövning. "
        "Förbundet är arbetsgivare och har egen budget. En medlem lämnar enligt avtalade villkor.",
        "KL 3 kap. 8 §, 9 kap. 1–18 §§",
    ),
    (
        "Gemensam nämnd",
        "En nämnd för flera kommuner som ingår i en värdkommun. Värdkommunen är "
        "arbetsgivare och tecknar avtal.",
        "KL 3 kap. 9 §, 9 kap. 19–35 §§",
    ),
    (
        "Avtalssamverkan",
        "En kommun utför uppgifter åt en annan. Den som beställer behåller "
        "ansvaret. Avtalet kan vara en upphandling.",
        "KL 9 kap. 37–38 §§, sedan den 1 juli 2018",
    ),
    (
        "Aktiebolag, förening eller stiftelse",
        "En privaträttslig form. Myndighetsutövning lämnas "
        "över bara där lag tillåter det. Regler om upphandling kan gälla.",
        "KL 10 kap.",
    ),
    (
        "Avsiktsförklaring eller nätverk",
        "En överenskommelse om att samarbeta. Inga uppgifter lämnas över.",
        "Ingen särskild lag",
    ),
)

CERTAIN = """# Så vet vi det

Rapporten skiljer på tre slags siffror. En **observerad** siffra står i källans tabell. En \
**beräknad** siffra följer av observerade siffror enligt en formel. En **modellskattad** siffra \
bygger på en modell och är alltid märkt. Ett streck (–) betyder att uppgiften saknas, aldrig \
noll."""

CERTAINTY = (
    (
        "Gemensamma tjänster",
        "Kommunernas och förbundens egna sidor och beslut",
        "Säkert för det år som källan gäller. Äldre uppgifter kan ha ändrats; stäm av före beslut.",
    ),
    (
        "Folkmängd, åldrar och flyttningar",
        "SCB:s register",
        "Säkert. Från 2025 ändrar SCB talen "
        "slumpmässigt för att skydda enskilda; summor kan därför skilja sig lite.",
    ),
    (
        "Hur många som pendlar in och ut",
        "SCB:s register",
        "Säkert för kommunens summor. Siffrorna räknar personer, inte resor.",
    ),
    (
        "Vart pendlarna reser",
        "Modellskattning, eller SCB:s matris där den är hämtad",
        "Säkrare för gruppens summor än för enskilda par. Under 1 000 personer anges bara klasser.",
    ),
    (
        "Framskrivning",
        "SCB:s antaganden om födda, döda och flyttningar",
        "En beräkning av vad antagandena ger, ingen prognos av vad kommunen väljer att göra.",
    ),
    (
        "Ekonomi, skatt och personal",
        "Kolada och SCB",
        "Säkert för det år som anges. Kostnader kan redovisas olika av olika kommuner.",
    ),
)

TERMS = """## Begrepp

**Nattbefolkning:** förvärvsarbetande som bor i kommunen.

**Dagbefolkning:** förvärvsarbetande som har sin arbetsplats i kommunen.

**Pendlare:** den som bor i en kommun och arbetar i en annan. Den som pendlar kan arbeta hemifrån.

**Belagd:** en källa från den här mandatperioden, eller högst tre år gammal, visar att \
samarbetet pågår.

**Fanns, inget slut känt:** äldre källor visar samarbetet, och ingen källa säger att det har \
upphört.

**Oklart i dag:** källan är för gammal eller odaterad. Samarbetet räknas inte.

**Ingen uppgift:** vi har inte funnit någon källa. Det betyder inte att kommunen står utanför."""

METHODS = """# Metod och definitioner

En observerad siffra står i källans tabell. En beräknad siffra följer av observerade siffror \
enligt en angiven formel; då står det ”bearbetning: Samverkan” i källraden. En modellskattad \
siffra bygger på en modell och är alltid märkt. Ett streck (–) i en tabell betyder att uppgiften \
saknas, aldrig noll.

Ett brott i en tidsserie betyder att siffror före och efter har räknats på olika sätt. Rapporten \
drar ingen linje och räknar ingen förändring över ett brott.

**Folkmängd:** antalet folkbokförda den 31 december.

**Demografisk försörjningskvot:** antal personer 0–19 år och 65 år eller äldre per 100 personer \
i åldern 20–64 år.

**Pendlingsnetto:** inpendlare minus utpendlare, vilket är lika med dagbefolkning minus \
nattbefolkning.

**Pendlingskvot:** dagbefolkning delad med nattbefolkning. Över 1 betyder att fler pendlar in än \
ut.

**Senaste belägg:** det senaste året då en källa visar att samverkan pågår."""

FORMULAS = """## Formler

Så är de beräknade och modellskattade siffrorna räknade. En andel visas i procent."""

ACCESS = """# Tillgänglighet

Rapporten är gjord för att kunna läsas av alla, med skärmläsare, med tangentbord och på en liten \
skärm. Målet är WCAG 2.1 på nivå AA, både för webbsidan och för PDF-filen. Varje figur har en \
textbeskrivning. Samma uppgifter finns som tabell under figuren på webbsidan och i Excelfilen. \
Ingen uppgift visas bara med färg."""

APPENDIX = """# Bilaga

Bilagan har övriga kartor, tabeller och tidsserier. Där står också metoder, formler \
och alla källor."""

BRIEF = (
    "Det här är de två första sidorna i underlaget om {name}. Hela rapporten, med kartor, tabeller "
    "och alla källor, heter report.pdf och ligger i samma mapp som den här filen."
)

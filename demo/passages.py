# ruff: noqa: E501 - one sentence of prose a line keeps the German readable
"""Passages every kind of paper shares: occasion, participation, climate, schedule, amendments, debate."""

from __future__ import annotations

OPENINGS = (
    "Die Verwaltung legt die Angelegenheit zur Beratung vor. [Sie knüpft an die Erörterung in der vorangegangenen Sitzungsfolge an.|Ein Beschluss ist erforderlich, damit die Fristen eingehalten werden können.|Die Unterlagen wurden mit den beteiligten Fachbereichen abgestimmt.]",
    "Mit dieser Vorlage wird [der Sachstand zusammengefasst und ein Beschlussvorschlag unterbreitet|das Ergebnis der Vorprüfung vorgestellt|der Auftrag aus der Klausurtagung aufgegriffen].",
    "[Der {federf} hat den Vorgang geprüft und das Ergebnis wie folgt zusammengefasst.|Die Zuständigkeit ergibt sich aus der Zuständigkeitsordnung des Rates.|Die Angelegenheit ist im Arbeitsprogramm der Verwaltung für {year} enthalten.]",
)

PARTICIPATION = (
    "Die Öffentlichkeit wurde [durch eine Informationsveranstaltung im Bürgerhaus|mit einem Aushang und über die städtische Internetseite|im Rahmen einer Anliegerversammlung mit {guests} Teilnehmenden] unterrichtet. [Wesentliche Einwände wurden nicht erhoben.|Die Anregungen sind in die Planung eingeflossen.|Strittig blieb allein der Zeitpunkt der Umsetzung.]",
    "Die Träger öffentlicher Belange wurden angehört. [Der Kreis Lohetal hat auf den Gewässerrandstreifen hingewiesen.|Die Stellungnahmen sind in der Akte zusammengefasst und wurden abgewogen.|Bedenken wurden nicht vorgetragen.]",
    "Gleichstellungsbeauftragte, Behindertenbeauftragte und Personalrat wurden, soweit erforderlich, beteiligt.",
    "Der [Seniorenbeirat|Jugendrat|Ortsvorsteher] hat die Planung [begrüßt|zur Kenntnis genommen|mit Hinweisen zur Barrierefreiheit begleitet].",
)

CLIMATE = (
    "Auswirkungen auf das Klima: [positiv|leicht positiv]. Die Maßnahme trägt zur Verringerung des Energieverbrauchs bei; eine vertiefte Prüfung ist nach der Checkliste Klimarelevanz nicht erforderlich.",
    "Auswirkungen auf das Klima: neutral. Der Herstellungsaufwand wird durch die längere Nutzungsdauer ausgeglichen.",
    "Auswirkungen auf das Klima: [gering negativ durch Baustoffe und Transporte|vorübergehend negativ]. Soweit möglich, werden Recyclingbaustoffe und kurze Transportwege vorgesehen.",
    "Auswirkungen auf das Klima sind mit dem Beschluss nicht verbunden.",
)

SCHEDULE = (
    "Die Ausschreibung ist für {month_tender} vorgesehen, der Beginn {start}. Mit dem Abschluss wird {finish} gerechnet.",
    "Nach dem Beschluss [wird die Ausführungsplanung beauftragt|werden die Angebote eingeholt]; die Umsetzung beginnt {start}.",
    "Die Umsetzung soll {start} beginnen und {finish} abgeschlossen sein. [Witterungsbedingte Verschiebungen sind möglich.|Über Abweichungen wird berichtet.]",
)

ALTERNATIVES = (
    "Ein Verzicht auf die Maßnahme würde [das Problem nur verschieben|zu höheren Folgekosten führen|den bestehenden Zustand auf Jahre festschreiben] und wird nicht empfohlen.",
    "Geprüft wurde auch eine zeitliche Streckung. Sie [verteuert die Maßnahme durch doppelte Baustelleneinrichtung|gefährdet die Förderung|löst den Bedarf nicht].",
)

AMENDMENTS = (
    "Dem Ausschuss ist bis zum Ende des ersten Halbjahres ein Zwischenbericht vorzulegen.",
    "Vor Beginn der Umsetzung ist eine Anliegerversammlung durchzuführen.",
    "Die Kosten dürfen den genannten Rahmen nicht überschreiten; Mehrkosten sind vorab zur Beratung vorzulegen.",
    "Die Maßnahme ist zunächst auf zwei Jahre zu befristen und danach auszuwerten.",
    "Bei der Ausführung ist auf den Erhalt des Baumbestands zu achten.",
    "Der Seniorenbeirat und die Behindertenbeauftragte sind vor der Ausführung zu beteiligen.",
)

DEBATE = (
    "{speaker} ({faction}) [begrüßt die Vorlage und dankt der Verwaltung für die ausführliche Darstellung|fragt nach den Folgekosten für die kommenden Haushaltsjahre|weist auf die angespannte Haushaltslage hin|bittet um Auskunft zum Zeitplan].",
    "{speaker} ({faction}) [regt an, die Anliegerinnen und Anlieger frühzeitig einzubinden|spricht sich für eine zügige Umsetzung aus|fragt, ob der Personalaufwand berücksichtigt ist|erkundigt sich nach Alternativen].",
    "{speaker} ({faction}) [erklärt für die Fraktion Zustimmung|kündigt an, dass die Fraktion nicht einheitlich abstimmen werde|verweist auf vergleichbare Erfahrungen in Nachbarkommunen|hält eine Bürgerbeteiligung für unverzichtbar].",
    "{speaker} ({faction}) [möchte wissen, warum die Maßnahme nicht bereits im Vorjahr veranschlagt wurde|gibt zu bedenken, dass die Unterhaltung dauerhaft Personal binde|bittet, die Öffentlichkeit über das Ergebnis zu unterrichten].",
)

DEBATE_ON_SITE = (
    "{speaker} ({faction}) [berichtet von Gesprächen mit Anliegerinnen und Anliegern {of_st}|schildert die Lage {in_st} aus eigener Anschauung|erinnert an die Ortsbesichtigung {in_st}].",
    "{speaker} ({faction}) [äußert Bedenken hinsichtlich der Verkehrssicherheit {in_st}|fragt, wie die Zufahrt {in_st} während der Umsetzung gesichert wird|bittet um Rücksicht auf den Baumbestand {in_st}].",
)

ANSWERS = (
    "{officer} erläutert, dass [die Kostenschätzung auf aktuellen Ausschreibungsergebnissen beruhe|die Fördermittelgeberin den vorzeitigen Beginn zugelassen habe|die Abstimmung mit dem Kreis abgeschlossen sei|eine belastbare Aussage erst nach der Ausschreibung möglich sei].",
    "{officer} sagt zu, [die Frage in der Niederschrift zu beantworten|den Ausschuss laufend zu unterrichten|die Unterlagen zur nächsten Sitzung nachzureichen].",
)

NON_PUBLIC = (
    "Grundstücksangelegenheit: Verkauf einer Teilfläche Gemarkung {district}, Flur {flur}, Flurstück {parcel}",
    "Vergabeangelegenheit: Auftragserteilung Los {lot}, {street}",
    "Grundstücksangelegenheit: Ankauf des Hausgrundstücks {street} {parcel}",
    "Personalangelegenheit: Besetzung der Stelle Nr. {parcel}",
    "Vertragsangelegenheit: Verlängerung des Pachtvertrags {street} {parcel}",
    "Stundung und Niederschlagung von Forderungen, Aktenzeichen {lot}-{parcel}",
    "Rechtsangelegenheit: Vergleich im Verfahren {lot} K {parcel}",
)

PUT_OFF = {
    "vertagt": "Die Beratung wird auf die nächste Sitzung vertagt.",
    "verwiesen": "Die Angelegenheit wird zur weiteren Beratung in einen anderen Fachausschuss verwiesen.",
    "zurückgezogen": "Die Vorlage wird vor der Abstimmung zurückgezogen.",
}

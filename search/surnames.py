"""Frequent family names in -er: the stemmer takes Müller for an inflected Müll, and Bauer for a Bau."""

# None that is a plural as well (Felder, Rinder), an adjective (Schöner) or said of a place (Schweizer): their other
# forms would be lost.
_SURNAMES = """
auer bäcker bauer baumgartner bayer becker beier berger beyer binder böhmer brenner brunner bucher bürger dreher
drexler ebner eder egger eichler engler färber fiedler fischer fleischer forster förster gärtner geiger gerber glaser
gruber haber hafner hauser herder hofer höfer holler huber hübner hüter jäger käfer kaiser keller kellner kessler
kistler klinger kohler köhler körner kramer krämer kremer kröger krüger küfer kugler lackner lechner lehner lindner
maier maler maurer mayer meier meister metzger meyer moser mosler müller münzer nagler ofner pfeffer pfeifer pfeiffer
pichler pfister polzer reiter reuter richter ritter rösler rösner rößler sander sattler sauer schäfer schäffer
schaffner scheffler scherer schiller schindler schlosser schmelzer schneider schober schreiber schreiner schröder
schröter schuler schuster seiler singer sommer spengler stadler steiner stocker straßer täuber thaler töpfer trautner
unger vetter vogler wagner walter weber wegener wegner weidner werner wieser winkler winter winzer wörner zander
zeidler zeller ziegler zimmer
"""
SURNAMES = frozenset(_SURNAMES.split())

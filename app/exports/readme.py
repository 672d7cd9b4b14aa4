"""README.txt: what a reader of a generation has to know; it says no date, so that it stays the same."""

README = """\
Ratslupe: die Daten zum Mitnehmen / the data to take away

Deutsch
-------
Je Rat ein Ordner, je OParl-Typ eine Datei: RAT/TYP.ndjson.gz, eine Zeile je Objekt, nach id sortiert.
Jede Zeile ist das OParl-Objekt, wie die Quelle es gab; eingebettete Objekte stehen als ihre id da und haben
eine eigene Zeile. Dazu kommen:
  ratslupe:source    die Adresse des OParl-Servers
  ratslupe:body      der Rat, wie sein Ordner heißt
  ratslupe:changed   wann der Spiegel zuletzt einen Unterschied sah
  ratslupe:license   die Lizenz, die gilt: die des Objekts, sonst des Rats, des Servers, oder vom Betreiber bestimmt
Zurückgezogenes steht mit "deleted": true und ohne Inhalt da. Von nichtöffentlichen Tagesordnungspunkten steht
nur ihr Platz da. Nicht enthalten: Kontaktdaten von Personen, Anwesenheitslisten, Volltexte, und alles, für das
niemand eine Lizenz nennt (manifest.json, "withheld").
Prüfen, im Ordner mit denselben Unterordnern: sha256sum --check --ignore-missing SHA256SUMS

English
-------
A folder for each council, a file for each OParl type: COUNCIL/TYPE.ndjson.gz, a line for each object, sorted by id.
Each line is the OParl object as its source gave it; embedded objects stand as their ids and have lines of their own.
Added are:
  ratslupe:source    the address of the OParl server
  ratslupe:body      the council, by the name of its folder
  ratslupe:changed   when the mirror last saw a difference
  ratslupe:license   the licence that holds: of the object, or else its council, its server, or set by the operator
What was withdrawn is there with "deleted": true and without content. Of non-public agenda items only their place is
told. Left out: contact data of people, attendance lists, full texts, and whatever nobody states a licence for
(manifest.json, "withheld").
Verify, in a folder with the same folders below: sha256sum --check --ignore-missing SHA256SUMS
"""

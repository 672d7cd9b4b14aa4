"""The catalogue of what is published: DCAT-AP.de, CKAN's packages and DCAT-US, files of the generation they describe.

    publish(engine, settings)   publishes a generation with the catalogue that describes it, see app.exports.publish
    redact(engine, settings)    takes out of all generations what is to be forgotten, see app.exports.redact
    current(settings.exports)   the Edition that is published; None before the first

names        what a council's datasets are called, for ever     facts       what the database knows of each council
words        titles, descriptions and formats                   licences    from what a source states to the list
datasets     a manifest and these facts, as datasets            graphs      datasets as RDF
documents    pages, datasets and councils as files              packages    datasets in the words of CKAN and DCAT-US
writing      all of it into a generation                        reading     the files behind a request
publishing   generations with it
"""

from app.catalogue.publishing import publish, redact
from app.catalogue.reading import Edition, current
from app.catalogue.writing import Catalogue

__all__ = ["Catalogue", "Edition", "current", "publish", "redact"]

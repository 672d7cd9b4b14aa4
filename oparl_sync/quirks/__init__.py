"""Known deviations of real servers: one small function each, named for it, with where it was seen."""

from oparl_sync.quirks.allris import mime_type_is_an_ending as mime_type_is_an_ending
from oparl_sync.quirks.allris import size_unknown as size_unknown
from oparl_sync.quirks.allris import type_beside_type as type_beside_type
from oparl_sync.quirks.anybody import aliases as aliases
from oparl_sync.quirks.anybody import coordinates_swapped as coordinates_swapped
from oparl_sync.quirks.anybody import first_point as first_point
from oparl_sync.quirks.anybody import further_addresses as further_addresses
from oparl_sync.quirks.anybody import is_untyped as is_untyped
from oparl_sync.quirks.anybody import spelt_as_own as spelt_as_own
from oparl_sync.quirks.anybody import type_in_any_spelling as type_in_any_spelling
from oparl_sync.quirks.rubin import called_off_in_its_name as called_off_in_its_name
from oparl_sync.quirks.sdnet import ags_of_eight_digits as ags_of_eight_digits
from oparl_sync.quirks.sdnet import body_left_out as body_left_out
from oparl_sync.quirks.sdnet import empty_is_not_found as empty_is_not_found
from oparl_sync.quirks.sdnet import mime_type_of_nothing as mime_type_of_nothing
from oparl_sync.quirks.sdnet import object_in_array as object_in_array
from oparl_sync.quirks.somacos import consultation_id_reused as consultation_id_reused
from oparl_sync.quirks.somacos import embedded_without_id as embedded_without_id
from oparl_sync.quirks.somacos import meeting_end_unknown as meeting_end_unknown
from oparl_sync.quirks.somacos import one_scheme as one_scheme
from oparl_sync.quirks.somacos import station_of as station_of

"""Contains all the data models used in inputs/outputs"""

from .error import Error
from .lead import Lead
from .lead_custom_fields_type_0 import LeadCustomFieldsType0
from .lead_fields import LeadFields
from .lead_update import LeadUpdate
from .lead_updated import LeadUpdated

__all__ = (
    "Error",
    "Lead",
    "LeadCustomFieldsType0",
    "LeadFields",
    "LeadUpdate",
    "LeadUpdated",
)

"""Contains all the data models used in inputs/outputs"""

from .error import Error
from .lead import Lead
from .lead_custom_fields_type_0 import LeadCustomFieldsType0
from .lead_fields import LeadFields
from .lead_import import LeadImport
from .lead_page import LeadPage
from .lead_removal import LeadRemoval
from .lead_update import LeadUpdate
from .lead_updated import LeadUpdated
from .leads_imported import LeadsImported
from .leads_removed import LeadsRemoved
from .leads_removed_deleted_type_1 import LeadsRemovedDeletedType1
from .new_lead import NewLead
from .new_lead_custom_fields import NewLeadCustomFields

__all__ = (
    "Error",
    "Lead",
    "LeadCustomFieldsType0",
    "LeadFields",
    "LeadImport",
    "LeadPage",
    "LeadRemoval",
    "LeadUpdate",
    "LeadUpdated",
    "LeadsImported",
    "LeadsRemoved",
    "LeadsRemovedDeletedType1",
    "NewLead",
    "NewLeadCustomFields",
)

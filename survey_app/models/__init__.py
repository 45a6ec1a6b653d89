"""The tables: SQLAlchemy, one file a subject."""

from survey_app.models.accounts import Account, ConsoleSession
from survey_app.models.audit import AuditEntry
from survey_app.models.ballots import AnswerStoredApart, Ballot, Tally, Turnout
from survey_app.models.base import Base
from survey_app.models.calls import CallCount
from survey_app.models.code_hits import CodeHit
from survey_app.models.jobs import Job
from survey_app.models.notes import InspectionNote
from survey_app.models.paper import PaperEntry, PaperTotals
from survey_app.models.plans import SurveyPlan
from survey_app.models.releases import Release, ReleaseFile, ReleaseUnit, SignOff
from survey_app.models.slips import Slip, SlipBatch
from survey_app.models.surveys import (
    BallotSlot,
    EntryCode,
    GroupTarget,
    Place,
    Quota,
    RespondentGroup,
    StoredQuestionnaire,
    Survey,
    SurveyAct,
    SurveyTarget,
)
from survey_app.models.unit_checks import UnitAnswer, UnitCheck
from survey_app.models.units import Unit, UnitChange, UnitImport

__all__ = [
    "Account",
    "AnswerStoredApart",
    "AuditEntry",
    "Ballot",
    "BallotSlot",
    "Base",
    "CallCount",
    "CodeHit",
    "ConsoleSession",
    "EntryCode",
    "GroupTarget",
    "InspectionNote",
    "Job",
    "PaperEntry",
    "PaperTotals",
    "Place",
    "Quota",
    "Release",
    "ReleaseFile",
    "ReleaseUnit",
    "RespondentGroup",
    "SignOff",
    "Slip",
    "SlipBatch",
    "StoredQuestionnaire",
    "Survey",
    "SurveyAct",
    "SurveyPlan",
    "SurveyTarget",
    "Tally",
    "Turnout",
    "Unit",
    "UnitAnswer",
    "UnitChange",
    "UnitCheck",
    "UnitImport",
]

"""Planning a survey: questionnaire designer, preview and launch page."""

from survey_app.web.organiser.plans import (
    plan_launch,
    plan_parts,
    plan_preview,
    plan_questions,
    plan_words,
    plans,
    questionnaire,
)

# Importing them has put their views on the blueprint.
__all__ = ["plan_launch", "plan_parts", "plan_preview", "plan_questions", "plan_words", "plans", "questionnaire"]

"""Which units an account may change: those below its scope's top, which itself is changed by those above it."""

from sqlalchemy.orm import Session

from survey_app.domain.units import Patch
from survey_app.services.scopes import Scope
from survey_app.services.units.tree import load_tree


def patch_of(session: Session, scope: Scope) -> Patch | None:
    """Return the part of the tree that a scope lets somebody change; None: all of it."""
    if scope.unit_id is None:
        return None
    tree = load_tree(session)
    top = tree.by_id[scope.unit_id]
    return Patch(top.code, frozenset(each.code for each in tree.below(top) if each is not top))

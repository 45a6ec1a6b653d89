"""Rating scales: ordered options, each with a rating. Options map to ratings by code, never by label."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.ratings import Rating
from survey_app.domain.texts import Texts


@dataclass(frozen=True)
class Option:
    """One option of a question. `rating` and `score` belong to the options of a rating scale."""

    code: str
    text: Texts
    rating: Rating | None = None
    score: float | None = None


@dataclass(frozen=True)
class RatingScale:
    """The options of a rating question, in order; "don't know" stands last."""

    code: str
    options: tuple[Option, ...]

    @property
    def ratings(self) -> Sequence[Rating]:
        """The rating of each option, in order."""
        return [option.rating for option in self.options if option.rating is not None]


def _option(code: str, chinese: str, english: str, rating: Rating) -> Option:
    return Option(code, {"zh_Hans": chinese, "en": english}, rating)


#: The default scale of the field: 满意, 基本满意, 不满意, 不了解.
FOUR_LEVEL = RatingScale(
    "four-level",
    (
        _option("satisfied", "满意", "Satisfied", Rating.SATISFIED),
        _option("basically_satisfied", "基本满意", "Basically satisfied", Rating.BASICALLY_SATISFIED),
        _option("dissatisfied", "不满意", "Dissatisfied", Rating.DISSATISFIED),
        _option("dont_know", "不了解", "Don't know", Rating.DONT_KNOW),
    ),
)

#: 五级量表: the two ends fold into satisfied and dissatisfied.
FIVE_LEVEL = RatingScale(
    "five-level",
    (
        _option("very_satisfied", "非常满意", "Very satisfied", Rating.SATISFIED),
        _option("satisfied", "满意", "Satisfied", Rating.SATISFIED),
        _option("basically_satisfied", "基本满意", "Basically satisfied", Rating.BASICALLY_SATISFIED),
        _option("dissatisfied", "不满意", "Dissatisfied", Rating.DISSATISFIED),
        _option("very_dissatisfied", "非常不满意", "Very dissatisfied", Rating.DISSATISFIED),
        _option("dont_know", "不了解", "Don't know", Rating.DONT_KNOW),
    ),
)

BUILT_IN = {scale.code: scale for scale in (FOUR_LEVEL, FIVE_LEVEL)}

"""What a simulated resident thinks: fixed by seed, place and number, so that two runs submit the same answers.

Satisfaction differs by county, by village and by question, so that the result is worth reading; the figures are made
up and stand for nobody.
"""

import random
from collections.abc import Sequence

from analysis.ratings import Rating
from survey_app.cli.simulation.form_reader import ReadForm
from survey_app.domain.questionnaire import Questionnaire

#: Of all residents so many write something under an open question.
_WRITE = 0.08
#: Of all boxes so many are ticked.
_TICK = 0.3
_WISHES = (
    "路灯再多一些",
    "希望多几趟公交车",
    "健身器材坏了没人修",
    "办事少跑几趟",
    "自来水有时候浑",
    "More street lamps, please",
)

Answers = dict[str, str | list[str]]


class Opinions:
    """The opinions of all residents of one simulation."""

    def __init__(self, seed: int, questionnaire: Questionnaire) -> None:
        self._seed = seed
        self._questions = {each.code: each for each in questionnaire.questions}
        self._moods: dict[str, float] = {}

    def plan(self, weights_of: Sequence[str], residents: int) -> list[int]:
        """Return for each resident the index of the door taken; doors differ in how many come."""
        draw = random.Random(f"{self._seed}/doors")  # noqa: S311 - a simulation, no secret.
        weights = [random.Random(f"{self._seed}/{name}/turnout").lognormvariate(0, 0.35) for name in weights_of]  # noqa: S311
        return draw.choices(range(len(weights_of)), weights, k=residents)

    def answer(self, resident: int, form: ReadForm, line: Sequence[str], group: str) -> Answers:
        """Fill in a form as this resident of a place, whose codes from the top are `line`, would.

        Every field is thought about by itself: its answer does not depend on what else the page asks, or in what order.
        """
        mind = f"{self._seed}/{resident}/{line[-1]}/{group}"
        answers: Answers = {}
        for name, values in form.radios.items():
            answers[name] = self._choose(_draw(mind, name), name, values, line, group)
        for name, values in form.checkboxes.items():
            answers[name] = [value for value in values if _draw(mind, f"{name}={value}").random() < _TICK]
        for name in form.numbers:
            answers[name] = str(_draw(mind, name).randint(0, 120))
        for name in form.texts:
            draw = _draw(mind, name)
            answers[name] = draw.choice(_WISHES) if draw.random() < _WRITE else ""
        return answers

    def _choose(self, draw: random.Random, name: str, values: Sequence[str], line: Sequence[str], group: str) -> str:
        question = self._questions[name.partition(":")[0]]
        ratings = {option.code: option.rating for option in question.options}
        mood = self._mood(line, name) + self._mood((group,), "group") / 2
        weights = {
            Rating.SATISFIED: 0.58 + mood,
            Rating.BASICALLY_SATISFIED: 0.32 - mood / 4,
            Rating.DISSATISFIED: 0.08 - mood / 3,
            Rating.DONT_KNOW: 0.05,
            None: 0.25,
        }
        return draw.choices(values, [max(0.004, weights[ratings.get(value)]) for value in values])[0]

    def _mood(self, line: Sequence[str], question: str) -> float:
        """Return how far a place's residents lean to satisfied (+) or dissatisfied (-) on a question."""
        spread = (("", 0.0), *((code, 0.06) for code in line[:-1]), (line[-1], 0.12), (f"?{question}", 0.08))
        return sum(self._lean(name, width) for name, width in spread)

    def _lean(self, name: str, width: float) -> float:
        if name not in self._moods:
            self._moods[name] = random.Random(f"{self._seed}/{name}/mood").gauss(0, 1)  # noqa: S311
        return width * self._moods[name]


def _draw(mind: str, field: str) -> random.Random:
    return random.Random(f"{mind}/{field}")  # noqa: S311 - a simulation, no secret.

"""What a field says is wrong, as a message that the page says in the resident's language."""

from wtforms.validators import StopValidation

from survey_app.domain.messages import Message


class Fault(StopValidation):
    """Ends a field's validation. WTForms hands its one argument on to `field.errors` as it is."""

    def __init__(self, said: Message) -> None:
        super().__init__(said)  # type: ignore[arg-type]  # WTForms takes any object; its stubs know strings only.

"""The addresses of all pages of the console, made from its rules."""

from werkzeug.routing import AnyConverter, IntegerConverter


def console_rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/console")]


def address_of(app, rule, **known):
    """Give an address of a rule: what is known, of a choice the first, of a number 1."""
    values = {name: known.get(name, _any(converter)) for name, converter in rule._converters.items()}
    with app.test_request_context():
        return app.url_for(rule.endpoint, **values)


def _any(converter):
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    return 1 if isinstance(converter, IntegerConverter) else "x"

"""What a page breaks of axe's rules."""

from axe_playwright_python.base import AXE_SCRIPT

#: The answer of axe lists every node that keeps a rule too; what breaks one is picked out where it was found.
_RUN = """options => axe.run({resultTypes: ["violations"], ...options}).then(
    found => found.violations.map(rule => [rule.id, rule.nodes.slice(0, 2).map(node => node.html)]))"""


def violations(page, **options):
    """Return each rule that the page breaks and the first nodes that do; `options` are axe's."""
    page.evaluate(AXE_SCRIPT)
    return page.evaluate(_RUN, options)

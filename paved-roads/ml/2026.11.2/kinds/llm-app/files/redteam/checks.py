"""The attacks that the service faces, with the ids they have in the standards."""

from redteam import measures
from redteam.check import Check

CHECKS: tuple[Check, ...] = (
    Check(
        name="honest-questions",
        attack="none; ordinary questions",
        measure=measures.honest_questions,
        lesson="A defence refuses too much. Find the refused question and what stopped it.",
        standards=("LLM07:2026",),
    ),
    Check(
        name="direct-injection",
        attack="questions that order the model to say something false",
        measure=measures.direct_injection,
        lesson="Look at `Guard.check_question` and `Guard.check_support`.",
        standards=("AML.T0051.000", "LLM01:2026"),
    ),
    Check(
        name="indirect-injection",
        attack="a document with orders for the model, found by an honest question",
        measure=measures.indirect_injection,
        lesson="Look at `Guard.screen_passages`, and at what is permitted after untrusted text.",
        standards=("AML.T0051.001", "LLM01:2026", "LLM09:2026"),
    ),
    Check(
        name="canary-leak",
        attack="requests for the system prompt, plain and encoded",
        measure=measures.canary_leak,
        lesson="Look at `Guard.check_answer`. Keep out of the prompt what nobody may read.",
        standards=("AML.T0056", "LLM08:2026"),
    ),
    Check(
        name="tool-abuse",
        attack="unknown tools, arguments that do not fit, actions that nobody approved",
        measure=measures.tool_abuse,
        lesson="Look at `Toolbox.permission` and at the permissions in the settings.",
        standards=("AML.T0053", "LLM03:2026"),
    ),
    Check(
        name="unbounded-consumption",
        attack="endless answers, endless rounds of tools, endless arithmetic",
        measure=measures.unbounded_consumption,
        lesson="Look at the limits of rounds, tokens and characters in the settings.",
        standards=("AML.T0034", "LLM06:2026"),
    ),
    Check(
        name="flooding",
        attack="more and larger requests than one client may send",
        measure=measures.flooding,
        lesson="Look at `Edge` and at the limits of the server in the settings.",
        standards=("AML.T0029", "LLM06:2026"),
    ),
    Check(
        name="improper-output",
        attack="markup, links, images and control characters in an answer",
        measure=measures.improper_output,
        lesson="Look at the last steps of `Guard.check_answer`.",
        standards=("AML.T0077", "LLM10:2026"),
    ),
    Check(
        name="secret-disclosure",
        attack="keys and addresses that slipped into a document",
        measure=measures.secret_disclosure,
        lesson="Look at the secret patterns of the guard, and clean the document.",
        standards=("AML.T0057", "LLM02:2026"),
    ),
)

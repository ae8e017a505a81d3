//! The rules that settle contested lines, and those that only suggest. How often each is right on real upgrades is measured:
//! `docs/merge.md`.

use crate::merge::rule::Rule;

/// Both sides say the same and lay it out another way.
pub static SAME_WORDS: Rule =
    Rule { id: "same-words", why: "Both sides say the same here; only blanks, line breaks, quotes or a closing comma differ." };

/// One side changed the layout alone.
pub static LAYOUT_ONLY: Rule =
    Rule { id: "layout-only", why: "One side only laid it out another way, so the side that changed what it says is taken." };

/// The project has the road's change.
pub static ALREADY_THERE: Rule = Rule { id: "already-there", why: "What the road brings here is in the project already." };

/// The road has the project's change.
pub static ROAD_HAS_YOURS: Rule = Rule { id: "road-has-yours", why: "The lines that you changed here are in the road's text, too." };

/// Versions alone were moved on one side.
pub static NEXT_TO_A_PIN: Rule =
    Rule { id: "next-to-a-pin", why: "The two sides changed neighbouring lines, and one of them only moved versions: both changes stand." };

/// The project wrote the passage anew.
pub static REWRITTEN_BY_YOU: Rule = Rule {
    id: "rewritten-by-you",
    why: "You wrote this passage anew, and the road only touched up the old one, which is not there any more.",
};

/// The road wrote the line anew.
pub static REWRITTEN_BY_ROAD: Rule =
    Rule { id: "rewritten-by-road", why: "Both sides edited this one line, and the road changed at least as much of it as you did." };

/// Both changes stand, line by line.
pub static NEIGHBOURS: Rule =
    Rule { id: "neighbours", why: "The two sides changed neighbouring lines and no common one: both changes together." };

/// Both sides added something in one place.
pub static BOTH_ADDED: Rule = Rule { id: "both-added", why: "Both sides added something in one place: yours first, then the road's." };

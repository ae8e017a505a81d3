//! The rules about whole files: where one goes, and when one goes away.

use crate::merge::rule::Rule;

/// A file follows the folder that the project moved.
pub static FOLLOWS_YOUR_FOLDER: Rule =
    Rule { id: "follows-your-folder", why: "You moved the folder, so what the road adds to it goes where the folder is now." };

/// A file of the project follows the folder that the road moved.
pub static FOLLOWS_ROAD_FOLDER: Rule =
    Rule { id: "follows-road-folder", why: "The road moved the folder, so the files that you added to it go along." };

/// A folder went to several places, or only in part, so nothing follows it.
pub static FOLDER_UNCLEAR: Rule =
    Rule { id: "folder-unclear", why: "The folder was moved only in part, or to several places, so the file stays where it was put." };

/// The folder is spelled as the project spells it.
pub static YOUR_SPELLING: Rule =
    Rule { id: "your-spelling", why: "Two paths that differ only in upper and lower case are one place on many systems: yours stays." };

/// Files of the project stay in a folder that the road moved.
pub static YOURS_STAY: Rule = Rule {
    id: "yours-stay",
    why: "The road moved the folder, but more of it is yours than the road's, so your files stay where you have them.",
};

/// The road divided a file, and each part got the project's edits of that part.
pub static SPLIT_FOLLOWED: Rule =
    Rule { id: "split-followed", why: "The road divided the file, and each of your edits lies among lines that exactly one part has." };

/// The road divided a file that the project had deleted.
pub static SPLIT_AWAY: Rule =
    Rule { id: "split-away", why: "You deleted the file, so a part of it that the road made a file stays away, too." };

/// The road adds to a folder in which the project deleted all that the road had.
pub static FOLDER_AWAY: Rule =
    Rule { id: "folder-away", why: "You deleted all that the road had in the folder, so what it adds there stays away, too." };

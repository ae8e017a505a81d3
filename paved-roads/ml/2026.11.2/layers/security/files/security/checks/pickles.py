"""Recognises pickles by their bytes, whatever the file is called, without loading anything."""

import re

# Opcodes by the argument that follows them, as Python defines them for protocols 0 to 5.
_PLAIN = b"(.012NQRabd}elo])stu" + bytes((*range(0x85, 0x8A), 0x81, *range(0x8F, 0x95), 0x97, 0x98))
_FIXED = {b"K": 1, b"h": 1, b"q": 1, b"\x80": 1, b"\x82": 1, b"M": 2, b"\x83": 2}
_FIXED |= {b"J": 4, b"j": 4, b"r": 4, b"\x84": 4, b"G": 8, b"\x95": 8}
_COUNTED = {b"U": 1, b"C": 1, b"\x8a": 1, b"\x8c": 1, b"T": 4, b"X": 4, b"B": 4, b"\x8b": 4}
_COUNTED |= {b"\x8d": 8, b"\x8e": 8, b"\x96": 8}
_NUMBER = re.compile(rb"-?[0-9][0-9.eE+-]*L?")
_LINES = {
    b"I": _NUMBER,
    b"L": _NUMBER,
    b"F": re.compile(rb"-?(?:[0-9][0-9.eE+-]*|inf|nan)"),
    b"g": re.compile(rb"[0-9]+"),
    b"p": re.compile(rb"[0-9]+"),
    b"P": re.compile(rb".+"),
    b"S": re.compile(rb"'.*'|\".*\""),
    b"V": re.compile(rb".*"),
}
_NAME = re.compile(rb"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_GLOBALS = (b"c", b"i", b"\x93")
# REDUCE, BUILD, OBJ, INST, NEWOBJ, NEWOBJ_EX, PERSID, BINPERSID: here the loader calls something.
_CALLS = (b"R", b"b", b"o", b"i", b"\x81", b"\x92", b"P", b"Q")


class _Broken(ValueError):
    """Bytes that are no opcode, or an argument that is not what the opcode takes."""


def _step(data: bytes, position: int) -> tuple[bytes, int]:
    """The opcode at a position, and the position after its argument."""
    opcode = data[position : position + 1]
    after = position + 1
    if opcode and opcode in _PLAIN:
        return opcode, after
    if opcode in _FIXED:
        after += _FIXED[opcode]
    elif opcode in _COUNTED:
        width = _COUNTED[opcode]
        after += width + int.from_bytes(data[after : after + width], "little")
    elif opcode in _LINES or opcode in (b"c", b"i"):
        patterns = [_LINES[opcode]] if opcode in _LINES else [_NAME, _NAME]
        for pattern in patterns:
            end = data.find(b"\n", after)
            if end < 0 or not pattern.fullmatch(data[after:end].rstrip(b"\r")):
                raise _Broken
            after = end + 1
    else:
        raise _Broken
    if after > len(data):
        raise _Broken
    return opcode, after


def is_pickle(head: bytes, complete: bool) -> bool:
    """Whether bytes at the start of a file are a pickle.

    `complete` says that `head` is the whole file. A pickle that breaks off still runs what stands
    before the break, so a beginning that calls something counts.
    """
    framed = head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")
    names = marked = False
    count = position = 0
    try:
        while True:
            opcode, position = _step(head, position)
            count += 1
            if opcode == b"i" and not marked:
                raise _Broken  # no loader gets past this one: it takes its arguments from a mark
            marked = marked or opcode == b"("
            names = names or opcode in _GLOBALS
            if opcode in _CALLS and names:
                return True
            if opcode == b".":
                break
    except _Broken:
        return framed and (names or count >= 3)
    return framed or names or (complete and count >= 3 and not head[position:].strip())

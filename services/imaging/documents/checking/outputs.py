"""The output intent and its colour profile (6.2.2), and which device colours it leaves undefined (6.2.3)."""

import struct

import pikepdf

from services.imaging.documents.checking.findings import Findings

_SPACES = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}
_CLASSES = {b"mntr", b"prtr"}
_NEWEST = (2, 0x40)
"""ICC.1:1998-09, which PDF 1.4 names."""

ALL = frozenset({"/DeviceGray", "/DeviceRGB", "/DeviceCMYK"})
UNDEFINED = {
    1: frozenset({"/DeviceRGB", "/DeviceCMYK"}),
    3: frozenset({"/DeviceCMYK"}),
    4: frozenset({"/DeviceRGB"}),
}
"""Channels of the output intent's profile → device colours that it does not define."""


def check_output_intent(opened: pikepdf.Pdf, findings: Findings) -> frozenset[str]:
    """One output intent of PDF/A with a valid profile; returns the device colours that pages may not use."""
    intents = [
        intent
        for intent in opened.Root.get("/OutputIntents", pikepdf.Array())
        if str(intent.get("/S")) == "/GTS_PDFA1"
    ]
    profiles = [intent.get("/DestOutputProfile") for intent in intents]
    if not intents or any(not isinstance(profile, pikepdf.Stream) for profile in profiles):
        findings.add("6.2.2", "output_intent_missing", "no output intent of PDF/A with a profile")
        return ALL
    if len({profile.objgen for profile in profiles if profile is not None}) > 1:
        findings.add("6.2.2", "output_intents_differ", "output intents with different profiles")
    if "/OutputConditionIdentifier" not in intents[0]:
        findings.add("6.2.2", "output_intent_missing", "an output intent without its identifier")
    profile = profiles[0]
    assert isinstance(profile, pikepdf.Stream)
    return _check_profile(profile, findings)


def _check_profile(profile: pikepdf.Stream, findings: Findings) -> frozenset[str]:
    data = profile.read_bytes()
    channels = int(profile.get("/N", 0))
    if len(data) < 132 or data[36:40] != b"acsp" or struct.unpack(">I", data[:4])[0] != len(data):
        findings.add("6.2.2", "profile", "the output intent's profile is none")
        return ALL
    if (data[8], data[9]) > _NEWEST:
        findings.add("6.2.2", "profile", f"a profile of version {data[8]}.{data[9] >> 4}")
    if _SPACES.get(data[16:20]) != channels or data[12:16] not in _CLASSES:
        findings.add("6.2.2", "profile", "a profile of another kind than it is said to be")
    return UNDEFINED.get(channels, ALL)

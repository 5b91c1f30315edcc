"""17.6 Time-stamp tokens (RFC 3161). The cryptography is openssl's; what it does not judge, or would judge by the clock
of this machine, is judged here."""
import base64
import dataclasses
import fractions
import functools
import math
import os
import re
import subprocess
import tempfile

from .der import BITS, BOOLEAN, INTEGER, OCTETS, OID, SEQUENCE, SET, Value, oid, read_one
from .primitives import NotChecked, Refused, refuse_if, sha256, unix

SIGNED_DATA, TST_INFO = oid("1.2.840.113549.1.7.2"), oid("1.2.840.113549.1.9.16.1.4")
SHA256, KEY_ID, KEY_USAGE = oid("2.16.840.1.101.3.4.2.1"), oid("2.5.29.14"), oid("2.5.29.37")
TIME_STAMPING, BASIC_CONSTRAINTS = oid("1.3.6.1.5.5.7.3.8"), oid("2.5.29.19")
CONTENT_TYPE, MESSAGE_DIGEST = oid("1.2.840.113549.1.9.3"), oid("1.2.840.113549.1.9.4")
RSA_KEY, EC_KEY, PSS = oid("1.2.840.113549.1.1.1"), oid("1.2.840.10045.2.1"), oid("1.2.840.113549.1.1.10")
CURVES = (oid("1.2.840.10045.3.1.7"), oid("1.3.132.0.34"))                                     # P-256, P-384
DIGESTS = tuple(oid(f"2.16.840.1.101.3.4.2.{n}") for n in (1, 2, 3))                           # SHA-256, 384, 512
SIGNATURES = (*(oid(f"1.2.840.113549.1.1.{n}") for n in (11, 12, 13)),                         # RSA with these
              *(oid(f"1.2.840.10045.4.3.{n}") for n in (2, 3, 4)))                             # ECDSA with these
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
CONTEXT_0, CONTEXT_1, CONTEXT_3, SHORT_0 = 0xa0, 0xa1, 0xa3, 0x80
MOMENT = re.compile(rb"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(?:\.([0-9]*[1-9]))?Z")


@functools.lru_cache(maxsize=1)
def have_openssl() -> bool:
    try:
        done = subprocess.run(["openssl", "version"], capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.stdout.startswith((b"OpenSSL 1.1.1", b"OpenSSL 3", b"OpenSSL 4"))


def moment(value: Value) -> fractions.Fraction:
    """Seconds since 1970 of a UTCTime or GeneralizedTime"""
    content = value.content
    if value.tag == UTC_TIME:  # RFC 5280, 4.1.2.5.1
        content = (b"20" if content < b"50" else b"19") + content
    match = MOMENT.fullmatch(content) if value.tag in (UTC_TIME, GENERALIZED_TIME) else None
    refuse_if(not match, "token: a time in another form")
    year, month, day, hours, minutes, seconds, fraction = (part.decode() if part else "" for part in match.groups())
    before_2000 = 10957 * 86400 if year < "2000" else 0
    year = f"{int(year) + 400:04}" if before_2000 else year  # 1.6 begins with 2000; the calendar repeats after 400 years
    try:
        whole = unix(f"{year}-{month}-{day}T{hours}:{minutes}:{seconds}Z")
    except ValueError:
        raise Refused("token: no real time") from None
    if before_2000:
        whole -= 146097 * 86400
    return whole + fractions.Fraction(int(fraction or "0"), 10 ** len(fraction))


@dataclasses.dataclass
class Certificate:
    raw: bytes
    issuer: bytes
    serial: bytes
    subject: bytes
    key: Value           # SubjectPublicKeyInfo
    algorithm: Value     # of the signature on it
    first: fractions.Fraction
    last: fractions.Fraction
    extensions: dict     # (critical, content) by object identifier

    def is_named_by(self, sid: Value) -> bool:
        """RFC 5652, 5.3: issuer and serial number, or the subject key identifier"""
        if sid.tag == SEQUENCE:
            return (self.issuer, self.serial) == (sid.part(0, SEQUENCE).raw, sid.part(1, INTEGER).content)
        _, identifier = self.extensions.get(KEY_ID, (False, b""))
        return sid.tag == SHORT_0 and identifier != b"" and read_one(identifier).need(OCTETS).content == sid.content

    def need_known_key(self):
        """17.6: RSA with 2048 to 8192 bits, or one of two curves"""
        algorithm, bits = self.key.part(0, SEQUENCE), self.key.part(1, BITS)
        if algorithm.part(0, OID).content == EC_KEY:
            known = len(algorithm.parts) == 2 and algorithm.parts[1].content in CURVES
        else:
            known = algorithm.part(0, OID).content in (RSA_KEY, PSS) and 2048 <= read_one(bits.content[1:]).need(
                SEQUENCE).part(0, INTEGER).number.bit_length() <= 8192
        refuse_if(not known, "token: a key of another kind or size than 17.6 has")

    def is_authority(self) -> bool:
        """RFC 5280, 4.2.1.9"""
        _, constraints = self.extensions.get(BASIC_CONSTRAINTS, (False, b""))
        first = read_one(constraints).need(SEQUENCE).parts[:1] if constraints else []
        return bool(first) and (first[0].tag, first[0].content) == (BOOLEAN, b"\xff")

    def need_usage(self):
        critical, usage = self.extensions.get(KEY_USAGE, (False, b""))
        refuse_if(not critical, "token: the signer's extendedKeyUsage is missing or not critical")
        purposes = [purpose.content for purpose in read_one(usage).need(SEQUENCE).parts]
        refuse_if(purposes != [TIME_STAMPING], "token: the signer is not for time-stamping alone")


def parse_certificate(data: bytes) -> Certificate:
    body = read_one(data).need(SEQUENCE).part(0, SEQUENCE)
    shift = 1 if body.tagged(CONTEXT_0) else 0  # the version
    validity, found = body.part(shift + 3, SEQUENCE), {}
    refuse_if(len(validity.parts) != 2, "DER: a certificate without validity")
    extensions = body.tagged(CONTEXT_3)
    for extension in extensions.part(0, SEQUENCE).parts if extensions else ():
        critical = len(extension.parts) == 3 and extension.parts[1].content == b"\xff"
        refuse_if(extension.part(0, OID).content in found, "token: an extension twice")
        found[extension.part(0, OID).content] = critical, extension.parts[-1].need(OCTETS).content
    return Certificate(data, body.part(shift + 2, SEQUENCE).raw, body.part(shift, INTEGER).content,
                       body.part(shift + 4, SEQUENCE).raw, body.part(shift + 5, SEQUENCE),
                       body.part(shift + 1, SEQUENCE), *map(moment, validity.parts), found)


def signed_data(token: bytes) -> tuple:
    """The SignedData of a token, or of the response that holds one, and whether it is a token"""
    outer = read_one(token).need(SEQUENCE)
    bare = outer.parts[:1] != [] and outer.parts[0].tag == OID
    if not bare:
        refuse_if(outer.part(0, SEQUENCE).part(0, INTEGER).number not in (0, 1), "token: the response was not granted")
        outer = outer.part(1, SEQUENCE)
    refuse_if(outer.part(0, OID).content != SIGNED_DATA, "token: no signed data")
    return outer.part(1, CONTEXT_0).part(0, SEQUENCE), bare


def stamped_time(signed: Value, text: bytes) -> fractions.Fraction:
    """genTime, if the imprint is that of the text"""
    wrapped = signed.part(2, SEQUENCE)
    refuse_if(wrapped.part(0, OID).content != TST_INFO, "token: no TSTInfo")
    info = read_one(wrapped.part(1, CONTEXT_0).part(0, OCTETS).content).need(SEQUENCE)
    refuse_if(info.part(0, INTEGER).number != 1, "token: not of version 1")
    imprint = info.part(2, SEQUENCE)
    if imprint.part(0, SEQUENCE).part(0, OID).content != SHA256 or imprint.part(1, OCTETS).content != sha256(text):
        raise Refused("token: it is over something else")
    return moment(info.part(4, GENERALIZED_TIME))


def need_known_algorithm(algorithm: Value):
    """17.6: of a signature. What PSS (RFC 4055, 3.1) leaves out is SHA-1, which is not on the list."""
    kind = algorithm.part(0, OID).content
    if kind == PSS:
        parameters = algorithm.part(1, SEQUENCE)
        digest = parameters.part(0, CONTEXT_0).part(0, SEQUENCE)
        mask = parameters.part(1, CONTEXT_1).part(0, SEQUENCE).part(1, SEQUENCE)
        known = digest.part(0, OID).content in DIGESTS and mask.part(0, OID).content == digest.part(0, OID).content
    else:
        known = kind in SIGNATURES
    refuse_if(not known, "token: another kind of signature than 17.6 has")


def need_known_signature(signer_info: Value):
    """17.6: known algorithms; RFC 5652, 11.1: the signed attributes name the type of the content (openssl asks not)."""
    attributes = signer_info.part(3, CONTEXT_0)
    refuse_if(signer_info.part(2, SEQUENCE).part(0, OID).content not in DIGESTS, "token: another digest than 17.6 has")
    algorithm = signer_info.part(4, SEQUENCE)
    if algorithm.part(0, OID).content != RSA_KEY:
        need_known_algorithm(algorithm)
    values = [(a.part(0, OID).content, [v.content for v in a.part(1, SET).parts]) for a in attributes.parts]
    refuse_if(len({kind for kind, _ in values}) != len(values), "token: a signed attribute twice")
    refuse_if(dict(values).get(CONTENT_TYPE) != [TST_INFO], "token: the signed attributes are of another content")
    refuse_if(MESSAGE_DIGEST not in dict(values), "token: no digest in the signed attributes")


def need_signer(signer: Certificate, anchor: Certificate, exact: fractions.Fraction):
    """17.6: what is asked of the signer's certificate and of the policy's, but for the signature on it"""
    signer.need_known_key()
    signer.need_usage()
    refuse_if(not signer.first <= exact <= signer.last, "token: made when the certificate was not valid")
    refuse_if(not anchor.first <= exact <= anchor.last, "token: made when the issuer's certificate was not valid")
    if signer.raw != anchor.raw:
        refuse_if(signer.issuer != anchor.subject, "token: of another authority")
        refuse_if(not anchor.is_authority(), "token: the issuer of its certificate is no CA")
        need_known_algorithm(signer.algorithm)
        anchor.need_known_key()


def token_time(token: bytes, text: bytes, authorities) -> tuple:
    """The name of the token's authority, and genTime in whole seconds, a fraction rounded up"""
    if not have_openssl():
        raise NotChecked("not checked: a token needs openssl")
    signed, bare = signed_data(token)
    exact = stamped_time(signed, text)
    inside = signed.tagged(CONTEXT_0)
    certificates = [parse_certificate(part.raw) for part in (inside.parts if inside else ()) if part.tag == SEQUENCE]
    signers = signed.parts[-1].need(SET).parts
    refuse_if(len(signers) != 1, f"token: {len(signers)} signers")
    need_known_signature(signers[0])
    faults = []
    for authority in authorities:
        try:
            anchor = parse_certificate(base64.b64decode(authority["certificate"]))
            named = {c.raw: c for c in (anchor, *certificates) if c.is_named_by(signers[0].parts[1])}
            refuse_if(len(named) != 1, "token: its signer is not beside it")
            need_signer(next(iter(named.values())), anchor, exact)
            need_openssl(token, bare, sha256(text), anchor)
            return authority["name"], math.ceil(exact)
        except Refused as error:
            faults.append(str(error))
    raise Refused("; ".join(faults))


def need_openssl(token: bytes, bare: bool, imprint: bytes, anchor: Certificate):
    """Signature, signed attributes and imprint hold, and the signer is the anchor, or issued by it directly."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: os.path.join(folder, name) for name in ("token", "anchor")}
        pem = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(anchor.raw) + b"-----END CERTIFICATE-----\n"
        for name, data in (("token", token), ("anchor", pem)):
            with open(paths[name], "wb") as file:
                file.write(data)
        command = ["openssl", "ts", "-verify", "-digest", imprint.hex(), "-in", paths["token"], "-CAfile", paths["anchor"],
                   "-untrusted", paths["anchor"], "-partial_chain", "-no_check_time", "-verify_depth", "0"]
        done = subprocess.run(command + ["-token_in"] * bare, capture_output=True, timeout=60)
    if done.returncode or b"Verification: OK" not in done.stdout + done.stderr:
        told = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
        raise Refused(f"token: openssl refuses it: {told[:200]}")

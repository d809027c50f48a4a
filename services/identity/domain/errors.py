"""Every refusal of the identity service, named for what happened.

Texts carry no name, number, phone or address: whoever reads a log learns nothing about anybody.
"""


class Refusal(Exception):
    """The rules say no; `zh` and `en` may add a sentence, `facts` are for programs."""

    def __init__(self, zh: str = "", en: str = "", **facts: object) -> None:
        super().__init__(en or type(self).__name__)
        self.zh = zh
        self.en = en
        self.facts = facts


class EstateUnknown(Refusal):
    """No estate has this id."""


class RegisterUnreadable(Refusal):
    """The file as a whole could not be read as a sheet."""


class RegisterDefective(Refusal):
    """The register has defects, so none of it was imported."""


class RegisterMissing(Refusal):
    """No register was imported for this estate yet."""


class RegisterChanged(Refusal):
    """The version that was to be signed off is no longer the current one."""


class RegisterAlreadySignedOff(Refusal):
    """This version was signed off before."""


class RegisterNotSignedOff(Refusal):
    """The register was not signed off, so nothing may rest on it (data governance)."""


class ElectorateHeld(Refusal):
    """A frozen electorate is still in use and the import would change it."""


class ElectorateUnknown(Refusal):
    """No electorate of this estate was frozen under this id."""


class EntryUnknown(Refusal):
    """The unit stands behind no entry of the electorate, as a parking space that does not count."""


class CodeLimitReached(Refusal):
    """Too many codes were asked for one phone."""


class MessageNotSent(Refusal):
    """The SMS provider did not take the message."""


class CodeNotAccepted(Refusal):
    """The code is wrong, used, too old, or was tried too often; which, is not told."""


class RefreshTokenNotAccepted(Refusal):
    """The refresh token is unknown, expired, or was used before."""


class OutsideTokenNotAccepted(Refusal):
    """The token that was to be exchanged is not good, or its session has ended."""


class SessionEnded(Refusal):
    """The caller's session has ended since his token was made."""


class VerificationLimitReached(Refusal):
    """Too many verifications of this account failed today."""


class DocumentNumberWrong(Refusal):
    """The number cannot be a number of that document."""


class AccountAlreadyVerified(Refusal):
    """The account was verified before; a person does not change."""


class PersonAlreadyVerified(Refusal):
    """Another account was verified as this person."""


class NotVerified(Refusal):
    """The act needs a verified person and the account is none."""


class DeskCheckNeeded(Refusal):
    """An organisation or developer's stock: originals must be shown at the desk."""


class UnitUnknown(Refusal):
    """The register knows no such unit."""


class NotAnOwnerOfThisUnit(Refusal):
    """Neither the register nor the title registry names the person as a holder."""


class RegisterDiffers(Refusal):
    """The title registry and the estate's register disagree; a case was opened."""


class TitleNotConfirmed(Refusal):
    """The title registry could not answer now."""


class CardAlreadyIssued(Refusal):
    """There is a valid card for this holder and unit."""


class CardUnknown(Refusal):
    """The caller holds no such main card."""


class CardNotOnline(Refusal):
    """The main card is no longer valid."""


class AccountUnknown(Refusal):
    """No account has this id."""


class HolderOfMainCard(Refusal):
    """The account already holds the main card that the new card would hang on."""


class DeviceKeyUnusable(Refusal):
    """The key is none, or one under which anybody could sign."""


class PossessionNotProved(Refusal):
    """The proof was not made by the key that is to be registered, or not for this registration."""


class DeviceKeyTaken(Refusal):
    """The key was registered before; by whom, and whether it still is, is not told."""


class DeviceKeyLimitReached(Refusal):
    """The account has as many living keys on the estate as there may be."""


class DeviceKeyUnknown(Refusal):
    """The caller has no such living key on this estate."""


class NotAnOfficial(Refusal):
    """The account no longer holds a role that may convene on this estate."""


class RoleNotYoursToGrant(Refusal):
    """The caller may not give or take this role."""


class SelfGrant(Refusal):
    """Nobody gives a role to himself."""


class GranteeNotVerified(Refusal):
    """Only a verified person can be given a role."""


class RoleAlreadyGranted(Refusal):
    """The account holds this role on this estate."""


class GrantUnknown(Refusal):
    """No grant in force has this id on this estate."""

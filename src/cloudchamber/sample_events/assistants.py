"""Alexa skills and smart homes, Amazon Lex and Amazon Connect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudchamber.sample_events.kinds import Json, JsonObject, source
from cloudchamber.sample_events.origin import Origin

_SESSION, _USER, _APPLICATION, _REQUEST = "123456789012", "testUser", "987654321", "1234"
_NO_SLOTS = "{}"


def start_session(
    origin: Origin,
    *,
    session_id: str = _SESSION,
    user_id: str = _USER,
    application_id: str = _APPLICATION,
    request_id: str = _REQUEST,
) -> dict[str, Any]:
    """A user who opens a skill.

    https://developer.amazon.com/en-US/docs/alexa/custom-skills/request-types-reference.html#launchrequest
    """
    ids = (session_id, user_id, application_id, request_id)
    return _skill(origin, "LaunchRequest", ids, {}, new=True)


def end_session(
    origin: Origin,
    *,
    session_id: str = _SESSION,
    user_id: str = _USER,
    application_id: str = _APPLICATION,
    request_id: str = _REQUEST,
    reason: str = "USER_INITIATED",
) -> dict[str, Any]:
    """A session that ends.

    https://developer.amazon.com/en-US/docs/alexa/custom-skills/request-types-reference.html#sessionendedrequest
    """
    ids = (session_id, user_id, application_id, request_id)
    return _skill(origin, "SessionEndedRequest", ids, {"reason": reason})


def _intent_builder(help_text: str, name: str, slots: str) -> Callable[..., dict[str, Any]]:
    def intent(
        origin: Origin,
        *,
        session_id: str = _SESSION,
        user_id: str = _USER,
        application_id: str = _APPLICATION,
        request_id: str = _REQUEST,
        intent: str = name,
        slots: JsonObject = slots,
    ) -> dict[str, Any]:
        ids = (session_id, user_id, application_id, request_id)
        filled = {slot: {"name": slot, "value": value} for slot, value in slots.items()}
        return _skill(origin, "IntentRequest", ids, {"intent": {"name": intent, "slots": filled}})

    page = "https://developer.amazon.com/en-US/docs/alexa/custom-skills/request-types-reference.html#intentrequest"
    intent.__doc__ = f"{help_text}\n\n{page}"
    return intent


def _skill(
    origin: Origin, kind: str, ids: tuple[str, str, str, str], members: dict[str, Any], *, new: bool = False
) -> dict[str, Any]:
    session_id, user_id, application_id, request_id = ids
    application = {"applicationId": f"amzn1.ask.skill.{application_id}"}
    user = {"userId": f"amzn1.ask.account.{user_id}"}
    session = {
        "new": new,
        "sessionId": f"amzn1.echo-api.session.{session_id}",
        "application": application,
        "attributes": {},
        "user": user,
    }
    device = {"supportedInterfaces": {"AudioPlayer": {}}}
    request = {
        "type": kind,
        "requestId": f"amzn1.echo-api.request.{request_id}",
        "timestamp": origin.second(),
        "locale": "en-US",
    }
    return {
        "version": "1.0",
        "session": session,
        "context": {
            "AudioPlayer": {"playerActivity": "IDLE"},
            "System": {"application": application, "user": user, "device": device},
        },
        "request": request | members,
    }


def turn_on(
    origin: Origin, *, appliance_id: str = "[Device ID for Ceiling Fan]", token: str = ""
) -> dict[str, Any]:
    """An appliance that is turned on.

    https://developer.amazon.com/en-US/docs/alexa/smarthome/smart-home-skill-migration-guide.html
    """
    return _smart_home(origin, "Control", "TurnOnRequest", token, appliance_id)


def turn_off(
    origin: Origin, *, appliance_id: str = "[Device ID for Ceiling Fan]", token: str = ""
) -> dict[str, Any]:
    """An appliance that is turned off.

    https://developer.amazon.com/en-US/docs/alexa/smarthome/smart-home-skill-migration-guide.html
    """
    return _smart_home(origin, "Control", "TurnOffRequest", token, appliance_id)


def discovery(origin: Origin, *, token: str = "") -> dict[str, Any]:
    """A search for appliances.

    https://developer.amazon.com/en-US/docs/alexa/smarthome/smart-home-skill-migration-guide.html
    """
    return _smart_home(origin, "Discovery", "DiscoverAppliancesRequest", token)


def _smart_home(origin: Origin, area: str, name: str, token: str, appliance_id: str = "") -> dict[str, Any]:
    payload: dict[str, Any] = {"accessToken": token or origin.token(32)}
    if appliance_id:
        payload["appliance"] = {"additionalApplianceDetails": {}, "applianceId": appliance_id}
    header = {
        "messageId": origin.uuid(),
        "name": name,
        "namespace": f"Alexa.ConnectedHome.{area}",
        "payloadVersion": "2",
    }
    return {"header": header, "payload": payload}


def _lex_builder(help_text: str, bot: str, intent: str, slots: str) -> Callable[..., dict[str, Any]]:
    def lex(
        origin: Origin,
        *,
        bot: str = bot,
        intent: str = intent,
        slots: JsonObject = slots,
        invocation_source: str = "DialogCodeHook",
        session_attributes: JsonObject = "{}",
    ) -> dict[str, Any]:
        return {
            "messageVersion": "1.0",
            "invocationSource": invocation_source,
            "userId": origin.letters(12),
            "sessionAttributes": session_attributes,
            "bot": {"name": bot, "alias": "$LATEST", "version": "$LATEST"},
            "outputDialogMode": "Text",
            "currentIntent": {"name": intent, "slots": slots, "confirmationStatus": "None"},
        }

    lex.__doc__ = (
        f"{help_text}\n\nhttps://docs.aws.amazon.com/lex/latest/dg/lambda-input-response-format.html"
    )
    return lex


def _lex_v2_builder(help_text: str, bot: str, intent: str, slots: str) -> Callable[..., dict[str, Any]]:
    def lex_v2(
        origin: Origin,
        *,
        bot: str = bot,
        intent: str = intent,
        slots: JsonObject = slots,
        transcript: str = "I want to begin",
        invocation_source: str = "DialogCodeHook",
    ) -> dict[str, Any]:
        return _conversation(origin, bot, intent, slots, transcript, invocation_source)

    lex_v2.__doc__ = f"{help_text}\n\nhttps://docs.aws.amazon.com/lexv2/latest/dg/lambda-input-format.html"
    return lex_v2


def _conversation(
    origin: Origin, bot: str, name: str, slots: dict[str, Any], transcript: str, invocation_source: str
) -> dict[str, Any]:
    filled = {slot: _slot_value(value) for slot, value in slots.items()}
    missing = [slot for slot, value in slots.items() if value is None]
    fulfils = invocation_source == "FulfillmentCodeHook"
    intent = {
        "name": name,
        "slots": filled,
        "state": "ReadyForFulfillment" if fulfils else "InProgress",
        "confirmationState": "None",
    }
    told: dict[str, Any] = {
        "messageVersion": "1.0",
        "invocationSource": invocation_source,
        "inputMode": "Text",
        "responseContentType": "text/plain; charset=utf-8",
        "sessionId": origin.digits(15),
        "inputTranscript": transcript,
        "bot": {
            "id": origin.upper(10),
            "name": bot,
            "aliasId": "TSTALIASID",
            "aliasName": "TestBotAlias",
            "localeId": "en_US",
            "version": "DRAFT",
        },
        "interpretations": [{"intent": intent, "nluConfidence": 1}],
    }
    if missing and not fulfils:
        action = {"type": "ElicitSlot", "slotToElicit": missing[0]}
        told["proposedNextState"] = {"dialogAction": action, "intent": intent}
    transcription = {
        "transcription": transcript,
        "transcriptionConfidence": 1,
        "resolvedContext": {"intent": name},
        "resolvedSlots": {slot: value for slot, value in filled.items() if value},
    }
    state = {
        "sessionAttributes": {},
        "activeContexts": [],
        "intent": intent,
        "originatingRequestId": origin.uuid(),
    }
    return told | {"sessionState": state, "transcriptions": [transcription]}


def _slot_value(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    held = {"originalValue": value, "interpretedValue": value, "resolvedValues": [value]}
    return {"shape": "Scalar", "value": held}


def contact_flow(
    origin: Origin,
    *,
    contact_id: str = "5ca32fbd-8f92-46af-92a5-6b0f970f0efe",
    phone_number: str = "+11234567890",
    attributes: JsonObject = "{}",
    parameters: JsonObject = "{}",
    queue: Json = "null",
    channel: str = "VOICE",
) -> dict[str, Any]:
    """A contact flow that invokes a function.

    https://docs.aws.amazon.com/connect/latest/adminguide/connect-lambda-functions.html#function-contact-flow
    """
    instance = origin.uuid()
    audio = {
        "StartFragmentNumber": origin.digits(47),
        "StartTimestamp": str(origin.at_ms),
        "StreamARN": origin.arn("kinesisvideo", f"stream/connect-contact-{origin.uuid()}/{origin.at_ms}"),
    }
    data = {
        "Attributes": attributes,
        "Channel": channel,
        "ContactId": contact_id,
        "CustomerEndpoint": {"Address": phone_number, "Type": "TELEPHONE_NUMBER"},
        "InitialContactId": contact_id,
        "InitiationMethod": "INBOUND",
        "InstanceARN": origin.arn("connect", f"instance/{instance}"),
        "MediaStreams": {"Customer": {"Audio": audio}},
        "PreviousContactId": contact_id,
        "Queue": queue,
        "SystemEndpoint": {"Address": "+21234567890", "Type": "TELEPHONE_NUMBER"},
    }
    return {"Name": "ContactFlowEvent", "Details": {"ContactData": data, "Parameters": parameters}}


ALEXA_SKILLS = source(
    "alexa-skills-kit",
    "Alexa Skills Kit",
    {
        "start-session": start_session,
        "end-session": end_session,
        "intent-answer": _intent_builder("An answer to a quiz.", "AnswerIntent", '{"Answer": "1"}'),
        "intent-getnewfact": _intent_builder("A question for a fact.", "GetNewFactIntent", _NO_SLOTS),
        "intent-mycoloris": _intent_builder("A favourite colour.", "MyColorIsIntent", '{"Color": "blue"}'),
        "intent-recipe": _intent_builder(
            "A question for a recipe.", "RecipeIntent", '{"Item": "snow golem"}'
        ),
    },
)
ALEXA_SMART_HOME = source(
    "alexa-smart-home",
    "Alexa smart home (payload version 2)",
    {
        "smart-home-control-turn-on-request": turn_on,
        "smart-home-control-turn-off-request": turn_off,
        "smart-home-discovery-request": discovery,
    },
)
_CAR = '{"PickUpCity": "Chicago", "PickUpDate": "2030-11-08", "ReturnDate": "2030-11-11", "CarType": "economy", "DriverAge": 21}'
_HOTEL = '{"Location": "Chicago", "CheckInDate": "2030-11-08", "Nights": 4, "RoomType": "queen"}'
_VISIT = '{"AppointmentType": "whitening", "Date": "2030-11-08", "Time": "10:00"}'
_FLOWERS = '{"FlowerType": "lilies", "PickupDate": "2030-11-08", "PickupTime": "10:00"}'
LEX = source(
    "lex",
    "Amazon Lex V1",
    {
        "book-car": _lex_builder("A car that is booked.", "BookTrip", "BookCar", _CAR),
        "book-hotel": _lex_builder("A hotel that is booked.", "BookTrip", "BookHotel", _HOTEL),
        "make-appointment": _lex_builder("An appointment.", "MakeAppointment", "MakeAppointment", _VISIT),
        "order-flowers": _lex_builder("Flowers that are ordered.", "OrderFlowers", "OrderFlowers", _FLOWERS),
    },
)
_EMPTY_CAR = (
    '{"PickUpCity": null, "PickUpDate": null, "ReturnDate": null, "CarType": null, "DriverAge": null}'
)
_EMPTY_HOTEL = '{"Location": null, "CheckInDate": null, "Nights": null, "RoomType": null}'
_ACCOUNT = '{"accountType": "Savings", "dateofBirth": "1990-01-01"}'
LEX_V2 = source(
    "lex-v2",
    "Amazon Lex V2",
    {
        "banking-bot": _lex_v2_builder(
            "A balance that is asked for.", "BankingBot", "CheckBalance", _ACCOUNT
        ),
        "book-car": _lex_v2_builder("A car that is booked.", "BookTrip", "BookCar", _EMPTY_CAR),
        "book-hotel": _lex_v2_builder("A hotel that is booked.", "BookTrip", "BookHotel", _EMPTY_HOTEL),
    },
)
CONNECT = source("connect", "Amazon Connect", {"contact-flow-event": contact_flow})

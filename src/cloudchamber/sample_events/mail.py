"""Amazon SES and Amazon WorkMail."""

from __future__ import annotations

from typing import Any

from cloudchamber.sample_events.encodings import text_of
from cloudchamber.sample_events.kinds import source
from cloudchamber.sample_events.origin import Origin
from cloudchamber.sample_events.queues import notification

_FROM, _TO, _SUBJECT = "janedoe@example.com", "johndoe@example.com", "Test Subject"


def email_receiving(
    origin: Origin,
    *,
    mail_from: str = _FROM,
    mail_to: str = _TO,
    subject: str = _SUBJECT,
    function: str = "Example",
    spam_verdict: str = "PASS",
    virus_verdict: str = "PASS",
) -> dict[str, Any]:
    """A mail that a receipt rule hands to a function.

    https://docs.aws.amazon.com/ses/latest/dg/receiving-email-action-lambda-event.html
    """
    receipt = {
        "timestamp": origin.millisecond(),
        "processingTimeMillis": 574,
        "recipients": [mail_to],
        "spamVerdict": {"status": spam_verdict},
        "virusVerdict": {"status": virus_verdict},
        "spfVerdict": {"status": "PASS"},
        "dkimVerdict": {"status": "PASS"},
        "dmarcVerdict": {"status": "PASS"},
        "action": {
            "type": "Lambda",
            "functionArn": origin.arn("lambda", f"function:{function}"),
            "invocationType": "Event",
        },
    }
    mail = _mail(origin, mail_from, mail_to, subject)
    return {
        "Records": [
            {"eventSource": "aws:ses", "eventVersion": "1.0", "ses": {"mail": mail, "receipt": receipt}}
        ]
    }


def _mail(origin: Origin, mail_from: str, mail_to: str, subject: str) -> dict[str, Any]:
    message_id = f"<{origin.letters(20)}@example.com>"
    date = origin.shown("%a, %d %b %Y %H:%M:%S +0000")
    common = {
        "date": date,
        "from": [mail_from],
        "messageId": message_id,
        "returnPath": mail_from,
        "subject": subject,
        "to": [mail_to],
    }
    headers = [("Return-Path", f"<{mail_from}>"), ("From", mail_from), ("To", mail_to), ("Subject", subject),
               ("Date", date), ("Message-ID", message_id), ("MIME-Version", "1.0")]  # fmt: skip
    return {
        "timestamp": origin.millisecond(),
        "source": mail_from,
        "messageId": origin.letters(40),
        "destination": [mail_to],
        "headersTruncated": False,
        "headers": [{"name": name, "value": value} for name, value in headers],
        "commonHeaders": common,
    }


def bounce(
    origin: Origin,
    *,
    mail_from: str = _FROM,
    mail_to: str = _TO,
    subject: str = _SUBJECT,
    topic: str = "ses-bounces",
) -> dict[str, Any]:
    """A mail that bounced, told by a topic.

    https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
    """
    told = {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [
            {
                "emailAddress": mail_to,
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 user unknown",
            }
        ],
        "timestamp": origin.millisecond(),
        "feedbackId": origin.uuid(),
        "reportingMTA": "dsn; a8-70.smtp-out.amazonses.com",
    }
    return _feedback(origin, topic, "Bounce", {"bounce": told}, (mail_from, mail_to, subject))


def complaint(
    origin: Origin,
    *,
    mail_from: str = _FROM,
    mail_to: str = _TO,
    subject: str = _SUBJECT,
    topic: str = "ses-complaints",
) -> dict[str, Any]:
    """A mail that its recipient complained of, told by a topic.

    https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
    """
    told = {
        "userAgent": "AnyCompany Feedback Loop (V0.01)",
        "complainedRecipients": [{"emailAddress": mail_to}],
        "complaintFeedbackType": "abuse",
        "arrivalDate": origin.millisecond(-1_000),
        "timestamp": origin.millisecond(),
        "feedbackId": origin.uuid(),
    }
    return _feedback(origin, topic, "Complaint", {"complaint": told}, (mail_from, mail_to, subject))


def _feedback(
    origin: Origin, topic: str, kind: str, told: dict[str, Any], addressed: tuple[str, str, str]
) -> dict[str, Any]:
    mail = _mail(origin, *addressed) | {
        "sourceArn": origin.arn("ses", f"identity/{addressed[0]}"),
        "sourceIp": "127.0.0.3",
        "sendingAccountId": origin.account_id,
    }
    message = text_of({"notificationType": kind} | told | {"mail": mail})
    return notification(
        origin,
        topic=topic,
        subject="Amazon SES Email Event Notification",
        message=message,
        message_attributes={},
    )


def work_mail(
    origin: Origin,
    *,
    flow_direction: str = "INBOUND",
    mail_from: str = "from@example.com",
    sender: str = "sender@example.com",
    mail_to: str = "recipient1@example.com",
    subject: str = "Hello From Amazon WorkMail!",
) -> dict[str, Any]:
    """A mail of WorkMail.

    https://docs.aws.amazon.com/workmail/latest/adminguide/lambda-content.html
    """
    return {
        "summaryVersion": "2018-10-10",
        "envelope": {"mailFrom": {"address": mail_from}, "recipients": [{"address": mail_to}]},
        "sender": {"address": sender},
        "subject": subject,
        "messageId": origin.uuid(),
        "invocationId": origin.hex(40),
        "flowDirection": flow_direction,
        "truncated": False,
    }


SES = source(
    "ses",
    "Amazon SES",
    {"email-receiving": email_receiving, "bounce": bounce, "complaint": complaint},
)
WORKMAIL = source("workmail", "Amazon WorkMail", {"email": work_mail})

"""Mail into one file for each recipient, where the load generator finds it by name.

Django's own file backend names its files after the second and an address in memory:
workers may share one, and finding a message means reading them all.
"""

from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend


class PerRecipient(BaseEmailBackend):
    """Writes the message, without syncing it, over the one before."""

    def send_messages(self, email_messages):
        for message in email_messages:
            for recipient in message.recipients():
                path = Path(settings.EMAIL_FILE_PATH, recipient)
                path.write_bytes(message.message().as_bytes())
        return len(email_messages)

"""Makes so many users anew, all with one password that is hashed once; prints how long
the processor takes to verify it.

`users.py COUNT PASSWORD VERIFICATIONS`
"""

import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from django.contrib.auth.hashers import check_password, make_password  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402

count, password, verifications = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
hashed = make_password(password)

Session.objects.all().delete()
User.objects.all().delete()
User.objects.bulk_create(
    User(username=f"user{n}", email=f"user{n}@example.com", password=hashed)
    for n in range(count)
)

begun = time.process_time()
for _ in range(verifications):
    assert check_password(password, hashed)
print((time.process_time() - begun) / verifications)

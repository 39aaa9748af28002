"""A site that does nothing but sign in and reset passwords, as delivered otherwise.

What differs from `django-admin startproject` is said where it does.
"""

import os
from pathlib import Path

SECRET_KEY = os.environ["PEER_SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]

# No admin and no static files: nothing here needs them.
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "peer",
        "USER": "peer",
        "HOST": os.environ["PEER_DATABASE"],
        # Connections stay open. As delivered, each request makes a new one.
        "CONN_MAX_AGE": None,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# The first is used; with `MD5`, which is for tests alone, stretching costs nothing and
# what is left is everything else.
PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{os.environ['PEER_HASHER']}PasswordHasher"]
# `startproject` turns four on. Off: they cost time, and a till's password of six digits
# would not pass.
AUTH_PASSWORD_VALIDATORS = []

EMAIL_BACKEND = "mail.PerRecipient"
EMAIL_FILE_PATH = os.environ["PEER_MAIL"]

LOGIN_REDIRECT_URL = "/nothing/"
USE_TZ = True

"""What somebody does at the site, from the first request to the last."""

import re
from pathlib import Path

from browser import Unexpected

# Of six digits, as at a till.
PASSWORD = "739201"
# What a reset sets. Who resets never signs in, so that either is always right.
PASSWORD_NEXT = "482615"

LINK = re.compile(r"http://[^/]+(/reset/\S+)")


def nothing(browser, _user, _mail):
    """One request to a view that does nothing."""
    browser.open("/nothing/")


def sign_in(browser, user, _mail):
    """The page and the form: two requests. The page that follows is not looked at."""
    browser.forget()
    _sign_in(browser, user, browser.open("/login/"))


def sign_in_form(browser, user, _mail):
    """The form alone, with a token that was fetched once."""
    token = getattr(browser, "kept", None)
    if token is None:
        token = browser.open("/login/")
        browser.kept, browser.csrf = token, browser.cookies["csrftoken"]
    browser.cookies = {"csrftoken": browser.csrf}
    _sign_in(browser, user, token)


def _sign_in(browser, user, token, password=PASSWORD):
    browser.send("/login/", token, username=f"user{user}", password=password)
    if "sessionid" not in browser.cookies:
        raise Unexpected("a sign-in without a session")


def reset(browser, user, mail):
    """The page, the address; then the link from the mail, the page, the new password
    twice: five requests."""
    browser.forget()
    address = f"user{user}@example.com"
    browser.send("/reset/", browser.open("/reset/"), email=address)
    link = LINK.search(Path(mail, address).read_text())
    form = browser.open(link[1])
    token = browser.open(form)
    done = browser.send(form, token, new_password1=PASSWORD_NEXT, new_password2=PASSWORD_NEXT)
    if done != "/reset/done/":
        raise Unexpected(f"a reset ended at {done}")


def prove_reset(browser, user):
    """After a reset the new password is right and the old one is not."""
    browser.forget()
    token = browser.open("/login/")
    _sign_in(browser, user, token, PASSWORD_NEXT)
    browser.forget()
    token = browser.open("/login/")
    try:
        _sign_in(browser, user, token)
    except Unexpected:
        return
    raise Unexpected("a reset left the old password right")

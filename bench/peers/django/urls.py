"""The views of django.contrib.auth, and one that does nothing."""

from django.contrib.auth import views
from django.http import HttpResponse
from django.urls import path


def nothing(_request):
    """What HTTP, gunicorn and the middleware cost alone."""
    return HttpResponse()


urlpatterns = [
    path("nothing/", nothing),
    path("login/", views.LoginView.as_view()),
    path("reset/", views.PasswordResetView.as_view()),
    path("reset/sent/", nothing, name="password_reset_done"),
    path(
        "reset/<uidb64>/<token>/",
        views.PasswordResetConfirmView.as_view(),
        name="password_reset_confirm",
    ),
    path("reset/done/", nothing, name="password_reset_complete"),
]

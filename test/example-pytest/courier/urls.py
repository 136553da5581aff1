from django.urls import path

from courier import views

urlpatterns = [
    path("twilio/text", views.text),
    path("twilio/status", views.status),
]

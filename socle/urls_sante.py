from django.urls import path

from socle import views

app_name = "sante"
urlpatterns = [
    path("", views.vue_sante, name="sante"),
    path("vivant", views.vivant, name="vivant"),
    path("pret", views.pret, name="pret"),
]

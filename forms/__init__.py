"""WTForms classes, and the builder that makes an answer form out of a questionnaire."""

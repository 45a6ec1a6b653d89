"""`python -m survey_app COMMAND`."""

from survey_app.cli import main

if __name__ == "__main__":
    main(prog_name="python -m survey_app")

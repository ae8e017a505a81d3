"""The code behind the commands of this project."""

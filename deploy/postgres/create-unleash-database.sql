-- Runs once, when the data folder is made: Unleash keeps to a database of its own.
CREATE DATABASE unleash;

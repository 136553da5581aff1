"""Small apps on Twilio, one for each framework: as their authors would write them, with nothing for the sandbox."""

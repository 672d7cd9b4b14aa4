"""What people follow: asked for, confirmed, matched against the news, told in mails, feeds and by other channels.

targets      what can be followed, written as `kind:value`
subscribing, managing, ending, mailboxes, tokens
             asking, confirming, changing, ending: nobody learns there which addresses are known
matching     which alert is to tell which news; happened, sieve, circles: what is looked at; noticing: writes it
bundling     when: what is due to a person in one mail; reminders and newsletters come by the calendar
telling/     what is said of a piece of news, for mails, feeds, pages and programs
mails/       the letters, the outbox that hands them over, and what comes back
channels/    browsers that are pushed to, programs that are called, hubs that are told
past         what happened lately to something: for feeds, and to see beforehand what would be mailed
running      one pass over all of it; it may be killed at any time and started again
"""

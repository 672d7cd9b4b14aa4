"""What people follow: asked for, confirmed, matched against the news, told in mails, feeds and by other channels.

targets      what can be followed, written as `kind:value`
news         what happened, made from the log of changes
matching     which alert is to tell which news                          bundling, reminders: when
telling      what is said of a piece of news, for mails, feeds, pages and programs
letters      the mails; outbox and sender hand them over; bounces are read when they come back
subscribing, managing, tokens
             asking, confirming, changing, ending: nobody learns there which addresses are known
channels     programs that are called and browsers that are pushed to; webhooks, push: what they are sent; calling: how
running      one pass over all of it; it may be killed at any time and started again
"""

"""The pages, one file each; `app.web` lists them."""

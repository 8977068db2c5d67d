"""The pages and the API, as browsers and programs meet them."""

import requests

# Get all sources
response = requests.get("http://localhost:8800/api/sources")
sources = response.json()

# Trigger sync
response = requests.post(
    "http://localhost:8800/api/sources/stripe_payments/sync",
    json={"full_refresh": False}
)
print(response.json())

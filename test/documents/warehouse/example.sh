# Get platform status
curl http://localhost:8800/api/status

# List sources
curl http://localhost:8800/api/sources

# Trigger sync
curl -X POST http://localhost:8800/api/sources/stripe_payments/sync \
  -H "Content-Type: application/json" \
  -d '{"full_refresh": false}'

# Upload CSV
curl -X POST http://localhost:8800/api/sources/sales_data/upload-csv \
  -F "file=@sales.csv"

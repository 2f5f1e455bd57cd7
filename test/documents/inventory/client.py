import requests

class CSPScannerClient:
    def __init__(self, base_url="http://localhost:8000"):
        self.base_url = base_url
    
    def trigger_extraction(self, provider=None, services=None, regions=None):
        payload = {}
        if provider:
            payload["provider"] = provider
        if services:
            payload["services"] = services
        if regions:
            payload["regions"] = regions
        
        response = requests.post(f"{self.base_url}/extraction/trigger", json=payload)
        return response.json()
    
    def get_job_status(self, job_id):
        response = requests.get(f"{self.base_url}/extraction/jobs/{job_id}")
        return response.json()

# Usage
client = CSPScannerClient()
result = client.trigger_extraction(services=["ec2", "s3"])
job_id = result["job_id"]
status = client.get_job_status(job_id)

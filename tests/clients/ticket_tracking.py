# The client that the documentation of the ticket tracking system prints, as it stands there.
import requests

class TicketSystemClient:
    def __init__(self, base_url, username, password):
        self.base_url = base_url
        self.authenticate(username, password)
    
    def authenticate(self, username, password):
        response = requests.post(
            f"{self.base_url}/api/v1/users/token/",
            json={"username": username, "password": password}
        )
        self.token = response.json()['access']
    
    def create_ticket(self, subject, category, priority='medium'):
        response = requests.post(
            f"{self.base_url}/tickets/",
            headers={'Authorization': f'Bearer {self.token}'},
            json={'subject': subject, 'category': category, 'priority': priority}
        )
        return response.json()

// Runs the recorded client: `node run_ticket_tracking.js BASE USERNAME PASSWORD` prints what it got.
import { TicketSystemAPI } from './ticket_tracking.js';

// What a browser has and Node has not.
const kept = new Map();
Object.defineProperty(globalThis, 'localStorage', {
  value: { getItem: name => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) },
});

const [base, username, password] = process.argv.slice(2);
const api = new TicketSystemAPI(base);
const login = await api.login(username, password);
const ticket = await api.createTicket({
  subject: 'Login issue',
  description: 'Cannot access system',
  category: 'Technical Support',
  priority: 'high',
  employee: { id: 123, name: 'John Doe', email: 'john@example.com' },
});
console.log(JSON.stringify({ login, ticket }));

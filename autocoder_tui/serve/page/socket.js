// The socket to the server: one for this page, opened when it is needed.

import { UNREACHABLE } from "./server.js";

const WAIT = 15000; // milliseconds for a connection

export class Socket {
  // `heard` is given each frame, `lost` is called when the connection ends.
  constructor(heard, lost) {
    this._heard = heard;
    this._lost = lost;
    this._socket = null;
  }

  // Send an object, or a text as it is. Throws where there is no connection.
  async send(message) {
    const socket = await this._open();
    socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  _open() {
    const state = this._socket?.readyState;
    if (state !== WebSocket.OPEN && state !== WebSocket.CONNECTING) this._opening = this._connect();
    return this._opening;
  }

  _connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/ws`);
    let isOpen = false;
    this._socket = socket;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => socket.close(), WAIT);
      socket.addEventListener("open", () => {
        clearTimeout(timer);
        isOpen = true;
        resolve(socket);
      });
      socket.addEventListener("message", (event) => this._heard(JSON.parse(event.data)));
      socket.addEventListener("close", () => {
        clearTimeout(timer);
        if (isOpen) this._lost();
        else reject(new Error(UNREACHABLE));
      });
    });
  }
}

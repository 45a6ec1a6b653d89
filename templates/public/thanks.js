/* The ballot has been received: what was kept on the phone in case of need is no longer needed. */
try{localStorage.removeItem(location.pathname.replace(/\/thanks$/,""));}catch(e){}
